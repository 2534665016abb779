// expect: COMPLETED ; Array.prototype.toJSON that forges the list of exports
// with: after=no
Array.prototype.toJSON = () => ['f', 'start', 'stop', 'migrate', '__proto__', 'a, b } from "main"; for (;;); import { c'];
export const f = () => [1];
// value: [1]
