// expect: COMPLETED ; a state that fills its limit exactly
// with: state=1024
import { setState } from 'petri:sandbox';
export const f = () => { setState('x'.repeat(1022)); return 1; };
