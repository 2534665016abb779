// expect: THREW|COMPLETED ; attaching a publisher of its own to the state, which throws
import { state } from 'petri:sandbox';
let armed = false;
globalThis.__petri_lent__.attach(() => { if (armed) throw new Error('published'); });
export const f = () => { armed = true; state.a = 1; throw new Error('run'); };
