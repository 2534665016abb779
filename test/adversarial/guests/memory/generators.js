// expect: MEMORY_LIMIT|TIMEOUT ; suspended generators
// with: timeout=8000 memory=33554432
export const f = () => { const all = []; for (;;) { const g = (function* () { yield new Array(64); })(); g.next(); all.push(g); } };
