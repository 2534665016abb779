// expect: TIMEOUT ; the same under the virtual clock, which every timer moves
// with: determinism
import { sleep } from 'petri:sandbox';
export const f = async () => { for (;;) await sleep(1e9); };
