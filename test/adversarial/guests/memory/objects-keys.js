// expect: MEMORY_LIMIT|TIMEOUT ; one object of endless keys
// with: timeout=8000 memory=33554432
export const f = () => { const o = {}; for (let i = 0; ; i++) o[`k${i}`] = i; };
