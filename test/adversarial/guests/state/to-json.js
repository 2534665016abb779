// expect: INVALID_RESULT "state" ; a toJSON of the state's
import { state } from 'petri:sandbox';
export const f = () => { state.toJSON = () => ({ forged: true }); return 1; };
