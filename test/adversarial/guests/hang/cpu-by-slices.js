// expect: CPU_LIMIT ; burning CPU between two timers: no single slice of the run uses much
// with: timeout=9000 cpu=60
import { sleep } from 'petri:sandbox';
export const f = async () => {
  for (let n = 0; n < 200; n++) {
    const end = Date.now() + 20;
    while (Date.now() < end);
    await sleep(1);
  }
  return 'free';
};
