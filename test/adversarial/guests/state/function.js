// expect: INVALID_RESULT "state" ; a state with a function
import { state } from 'petri:sandbox';
export const f = () => { state.g = () => 1; return 1; };
