// expect: TIMEOUT ; a state whose getter never answers
import { state } from 'petri:sandbox';
export const f = () => { Object.defineProperty(state, 'a', { enumerable: true, get() { for (;;); } }); return 1; };
