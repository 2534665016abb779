// expect: EVALUATE_FAILED ; a cycle that uses a binding before it is there
import { b } from 'b';
export const a = b + 1;
export const f = () => a;
// module: b
import { a } from 'main';
export const b = a + 1;
