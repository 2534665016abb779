// expect: TIMEOUT ; an endless loop in a worker of its own
// with: isolation=process
export const f = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
