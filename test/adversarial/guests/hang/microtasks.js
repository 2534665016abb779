// expect: TIMEOUT ; microtasks without end
export const f = async () => { for (;;) await null; };
