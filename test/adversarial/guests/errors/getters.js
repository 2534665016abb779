// expect: TIMEOUT ; an error whose fields never answer
export const f = () => { throw { get name() { for (;;); }, get message() { for (;;); } }; };
