// expect: COMPLETED ; a timer of an earlier run does not throw into the next
// with: runs=2 ignore-first
// value: "second"
import { sleep } from 'petri:sandbox';
let runs = 0;
export const f = async () => {
  if (runs++ === 0) { setInterval(() => { throw new Error('of the first'); }, 3); return 'first'; }
  await sleep(10);
  return 'second';
};
