// expect: TIMEOUT ; a getter that never answers
export const f = () => ({ get a() { for (;;); } });
