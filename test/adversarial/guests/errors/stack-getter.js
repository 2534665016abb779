// expect: TIMEOUT ; a stack that never answers
export const f = () => { throw Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } }); };
