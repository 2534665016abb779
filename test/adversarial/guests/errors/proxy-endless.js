// expect: TIMEOUT ; an error that is a proxy whose traps never end
export const f = () => { throw new Proxy(new Error('inner'), { get() { for (;;); }, getPrototypeOf() { for (;;); } }); };
