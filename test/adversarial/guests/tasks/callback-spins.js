// expect: TIMEOUT ; a timer that never ends
export const f = () => new Promise(() => setTimeout(() => { for (;;); }, 1));
