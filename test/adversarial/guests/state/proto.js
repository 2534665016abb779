// expect: COMPLETED ; a state with its own __proto__
// with: runs=2
// value: [true, "undefined"]
import { setState, state } from 'petri:sandbox';
export const f = () => { setState(JSON.parse('{"__proto__":{"polluted":1}}')); return [Object.hasOwn(state, '__proto__'), typeof {}.polluted]; };
