// expect: COMPLETED|INVALID_RESULT ; no state at all
import { setState, state } from 'petri:sandbox';
export const f = () => { setState(undefined); return state === undefined; };
