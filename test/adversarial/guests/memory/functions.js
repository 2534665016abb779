// expect: MEMORY_LIMIT|TIMEOUT ; compiled code that is kept
// with: timeout=8000 memory=33554432
export const f = () => { const all = []; for (let i = 0; ; i++) { const g = new Function(`return [${'1,'.repeat(2000)}${i}]`); g(); all.push(g); } };
