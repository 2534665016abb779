// expect: MEMORY_LIMIT|TIMEOUT ; a sparse array in dictionary mode
// with: timeout=8000 memory=33554432
export const f = () => { const a = []; for (let i = 0; ; i += 5000) a[i % (2 ** 32 - 2)] = { i }; };
