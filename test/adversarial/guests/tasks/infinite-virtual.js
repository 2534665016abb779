// expect: COMPLETED|TIMEOUT ; a timer at the end of time, under the virtual clock
// with: determinism
export const f = () => new Promise((resolve) => setTimeout(() => resolve([Date.now() > 0, typeof Date.now()]), Infinity));
