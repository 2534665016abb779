// expect: MEMORY_LIMIT|TIMEOUT ; the unrolled loop that also allocates
// with: timeout=2000 memory=33554432
export const f = () => { const a = []; for (;;) a.push(new Array(1000)); };
