// expect: MEMORY_LIMIT|TIMEOUT ; registered symbols, which are never collected
// with: timeout=8000 memory=33554432
export const f = () => { for (let i = 0; ; i++) Symbol.for(`${i}`.padEnd(1000, 'x')); };
