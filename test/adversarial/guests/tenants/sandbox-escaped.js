// expect: COMPLETED ; the sandbox's state, imported by another spelling
// value: {}
import { state } from 'petri:sandb\u006fx';
export const f = () => { state.left = 1; return 0; };
// tenant: next
import { state } from 'petri:sandb\u006fx';
export const f = () => state;
