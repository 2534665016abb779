// expect: LOAD_THREW ; making what is lent impossible to take back
// with: after=no
import { log } from 'petri:sandbox';
Object.defineProperty(globalThis, '__petri_lent__', { configurable: false, writable: false });
export const f = () => { log('kept'); return typeof globalThis.__petri_lent__.attach; };
