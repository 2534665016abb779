// expect: COMPLETED ; the sandbox by another spelling
// value: "function"
import { log } from 'petri:sandb\u006fx';
export const f = () => typeof log;
