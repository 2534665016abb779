// expect: TIMEOUT ; an uninterruptible loop in the isolate that innocents share
// with: isolation=realm
export const f = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
