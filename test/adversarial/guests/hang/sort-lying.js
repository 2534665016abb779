// expect: TIMEOUT ; a comparator that never ends
export const f = () => [3, 2, 1].sort(() => { for (;;); });
