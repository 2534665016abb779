// expect: EVALUATE_FAILED ; a publisher that sets the state again
import { setState } from 'petri:sandbox';
globalThis.__petri_lent__.attach(() => { setState({}); });
export const f = () => { setState({ a: 1 }); return 1; };
