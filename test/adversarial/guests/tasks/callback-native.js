// expect: TIMEOUT ; a timer that never ends, in native code
export const f = () => new Promise(() => setTimeout(() => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1), 1));
