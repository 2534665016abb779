// expect: TIMEOUT ; enumerating a proxy whose traps never end
export const f = () => { for (const _ in new Proxy({}, { ownKeys() { for (;;); } })); };
