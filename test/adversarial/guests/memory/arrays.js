// expect: MEMORY_LIMIT|TIMEOUT ; arrays within arrays
// with: timeout=8000 memory=33554432
export const f = () => { let a = []; for (;;) a = [a, new Array(100).fill(a)]; };
