// expect: LOAD_TIMEOUT ; a start that sleeps an hour
import { sleep } from 'petri:sandbox';
export const start = () => sleep(3600000);
