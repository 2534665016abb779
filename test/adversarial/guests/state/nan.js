// expect: INVALID_RESULT "state" ; a state that is no number
import { setState } from 'petri:sandbox';
export const f = () => { setState(NaN); return 1; };
