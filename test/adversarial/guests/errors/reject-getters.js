// expect: TIMEOUT ; a rejection whose fields never answer
export const f = async () => { throw { get message() { for (;;); } }; };
