// expect: THREW|TIMEOUT ; an unhandled rejection that is an endless proxy
export const f = () => { Promise.reject(new Proxy(new Error('x'), { get() { for (;;); }, getPrototypeOf() { for (;;); } })); return 1; };
