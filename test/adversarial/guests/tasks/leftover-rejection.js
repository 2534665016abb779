// expect: COMPLETED ; a promise of an earlier run, rejected in the next, does not end it
// with: runs=2 ignore-first
// value: "second"
import { sleep } from 'petri:sandbox';
let refuse;
let runs = 0;
export const f = () => {
  if (runs++ === 0) return new Promise((_, reject) => (refuse = reject));
  refuse(new Error('of the first'));
  return sleep(5).then(() => 'second');
};
