// expect: THREW|COMPLETED ; attaching a publisher of its own to the state, which throws
import { state } from 'petri:sandbox';
globalThis.__petri_lent__.attach(() => { throw new Error('published'); });
export const f = () => { state.a = 1; throw new Error('run'); };
