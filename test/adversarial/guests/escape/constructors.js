// expect: COMPLETED ; constructor chains of all that it was given
// value: []
import { log, sleep, setState, state } from 'petri:sandbox';
export const f = (given) => Object.entries({ log, sleep, setState, state, given, setTimeout, clearTimeout, queueMicrotask, console, out: console.log, Date, now: Date.now, random: Math.random, promise: sleep(0) }).filter(([, thing]) => { const own = thing.constructor.constructor; return own !== Function || own('return this')() !== globalThis || own('return typeof process')() !== 'undefined'; }).map(([name]) => name);
// args: [{"a":[1]}]
