// expect: COMPLETED ; an old state object that was kept is not the state any more
// with: runs=2 ignore-first
// value: "undefined"
import { state } from 'petri:sandbox';
let kept;
export const f = () => { if (kept === undefined) { kept = state; throw new Error('first'); } kept.forged = 1; return typeof state.forged; };
