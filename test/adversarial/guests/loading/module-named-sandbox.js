// expect: invalid_argument|LINK_FAILED ; a module that calls itself the sandbox
import { state } from 'petri:sandbox';
export const f = () => state;
// module: petri:sandbox
export const state = 'forged';
