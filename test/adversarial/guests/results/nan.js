// expect: INVALID_RESULT ; not a number
export const f = () => ({ a: [1, NaN] });
