// expect: COMPLETED ; two modules that import each other
// value: 2
import { b } from 'b';
export const a = () => 1;
export const f = () => b();
// module: b
import { a } from 'main';
export const b = () => a() + 1;
