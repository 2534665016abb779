// expect: COMPLETED ; modules in a row, each the last to be known
// value: 3
import { b } from 'b';
export const f = () => b + 1;
// module: b
import { c } from 'c';
export const b = c + 1;
// module: c
export const c = 1;
