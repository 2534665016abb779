// expect: INVALID_RESULT "state" ; a state that holds itself
import { state } from 'petri:sandbox';
export const f = () => { state.self = state; return 1; };
