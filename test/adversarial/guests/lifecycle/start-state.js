// expect: LOAD_INVALID_RESULT|START_FAILED "state" ; a start that leaves a state that is none
import { state } from 'petri:sandbox';
export const start = () => { state.g = () => 1; };
