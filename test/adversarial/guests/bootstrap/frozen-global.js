// expect: LOAD_THREW ; freezing the global object while something is lent
// with: after=no
import { log } from 'petri:sandbox';
Object.freeze(globalThis);
export const f = () => { log('frozen'); return 1; };
