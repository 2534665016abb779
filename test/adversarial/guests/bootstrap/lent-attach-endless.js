// expect: TIMEOUT ; a publisher that never answers, when the state is reverted
import { state } from 'petri:sandbox';
let armed = false;
globalThis.__petri_lent__.attach(() => { if (armed) for (;;); });
export const f = () => { armed = true; throw new Error('run'); };
