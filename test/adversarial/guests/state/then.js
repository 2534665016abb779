// expect: INVALID_RESULT "state" ; a state that is a thenable
import { setState } from 'petri:sandbox';
export const f = () => { setState({ then(resolve) { resolve({ forged: 1 }); } }); return 1; };
