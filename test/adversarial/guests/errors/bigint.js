// expect: THREW|TIMEOUT ; a bigint of two million digits
export const f = () => { throw 7n ** 2500000n; };
