// expect: COMPLETED ; a timer of an earlier run does not touch the state
// with: runs=2
// value: "undefined"
import { state } from 'petri:sandbox';
export const f = async () => { const was = typeof state.late; setTimeout(() => { state.late = 1; }, 5); const end = Date.now() + 20; while (Date.now() < end); return was; };
