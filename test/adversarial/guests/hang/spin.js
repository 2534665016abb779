// expect: TIMEOUT ; an endless loop
export const f = () => { for (;;); };
