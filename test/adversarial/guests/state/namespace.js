// expect: THREW ; writing to the namespace of the sandbox
import * as sandbox from 'petri:sandbox';
export const f = () => { sandbox.setState = () => {}; return 1; };
