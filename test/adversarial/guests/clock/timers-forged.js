// expect: TIMEOUT ; forging Date does not make a timer due
export const f = () => { Date.now = () => 1e15; Date.prototype.getTime = () => 1e15; return new Promise((resolve) => setTimeout(() => resolve('forged'), 3600000)); };
