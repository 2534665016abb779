// expect: LOAD_TIMEOUT ; a start that never ends
export const start = () => { for (;;); };
export const f = () => 1;
