// expect: TIMEOUT|THREW ; reversing an endless array-like
export const f = () => Array.prototype.reverse.call({ length: 2 ** 53 - 1 });
