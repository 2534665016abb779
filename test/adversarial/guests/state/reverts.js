// expect: COMPLETED ; what a failed run left in the state is gone
// with: runs=2 ignore-first
// value: "undefined"
import { state } from 'petri:sandbox';
let runs = 0;
export const f = () => { if (runs++ > 0) return typeof state.forged; state.forged = 1; throw new Error('first'); };
