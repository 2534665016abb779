// expect: COMPLETED ; replacing the state from within the encoder
// value: {"a":1}
import { setState } from 'petri:sandbox';
export const f = () => ({ get a() { setState({ forged: true }); return 1; } });
