// expect: COMPLETED|invalid_argument ; modules named as what every object has
// value: 3
import { b } from '__proto__';
import { c } from 'constructor';
export const f = () => b + c;
// module: __proto__
export const b = 1;
// module: constructor
export const c = 2;
