// expect: LINK_FAILED ; a module that is not there
import './other.js';
export const f = () => 1;
