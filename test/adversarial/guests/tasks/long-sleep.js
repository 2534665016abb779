// expect: TIMEOUT ; sleeping a month
import { sleep } from 'petri:sandbox';
export const f = () => sleep(2.6e9);
