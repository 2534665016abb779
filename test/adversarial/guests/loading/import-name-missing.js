// expect: LINK_FAILED ; a name that the sandbox does not export
import { attach } from 'petri:sandbox';
export const f = () => attach;
