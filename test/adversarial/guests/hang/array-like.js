// expect: TIMEOUT ; includes over an array-like of 2**53-1 elements
export const f = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
