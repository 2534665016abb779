// expect: TIMEOUT ; a timer that is never due
export const f = () => new Promise((resolve) => setTimeout(resolve, Infinity));
