// expect: TIMEOUT ; an argument whose toJSON never answers
export const f = () => { console.log({ toJSON() { for (;;); } }); };
