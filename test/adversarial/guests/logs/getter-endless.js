// expect: TIMEOUT ; an argument whose getter never answers
export const f = () => { console.log({ get a() { for (;;); } }); };
