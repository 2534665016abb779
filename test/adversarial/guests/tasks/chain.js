// expect: TIMEOUT ; a timer that sets the next for ever
import { sleep } from 'petri:sandbox';
export const f = async () => { for (;;) await sleep(0); };
