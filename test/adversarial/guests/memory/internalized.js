// expect: MEMORY_LIMIT|TIMEOUT ; internalised strings
// with: timeout=8000 memory=33554432
export const f = () => { const o = {}; for (let i = 0; ; i++) o[`${i}`.padEnd(500, 'k')] = 1; };
