// expect: COMPLETED ; a promise of an earlier run does not answer for the next
// with: runs=2 ignore-first
// value: "second"
import { sleep } from 'petri:sandbox';
let release;
let runs = 0;
export const f = () => {
  if (runs++ === 0) return new Promise((resolve) => (release = resolve));
  release('first');
  return sleep(5).then(() => 'second');
};
