// expect: THREW ; a state whose getter throws
import { state } from 'petri:sandbox';
export const f = () => { Object.defineProperty(state, 'a', { enumerable: true, get() { throw new Error('state'); } }); return 1; };
