// expect: DESTROYED ; a stop that sleeps an hour
// with: via=destroy
import { sleep } from 'petri:sandbox';
export const stop = () => sleep(3600000);
