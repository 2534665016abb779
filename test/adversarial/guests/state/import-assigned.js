// expect: THREW ; assigning to the imported binding
import { state } from 'petri:sandbox';
export const f = () => { (0, eval)('1'); return (() => { state = 1; return 1; })(); };
