// expect: MEMORY_LIMIT|TIMEOUT ; errors that keep their stacks
// with: timeout=8000 memory=33554432
export const f = () => { Error.stackTraceLimit = 1000; const all = []; const g = (n) => (n ? g(n - 1) : all.push(new Error(all.length))); for (;;) g(500); };
