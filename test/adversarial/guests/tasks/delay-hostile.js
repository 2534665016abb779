// expect: TIMEOUT ; a delay whose conversion never ends
export const f = () => setTimeout(() => {}, { valueOf() { for (;;); } });
