// expect: MEMORY_LIMIT|TIMEOUT ; closures that hold each other
// with: timeout=8000 memory=33554432
export const f = () => { let g = () => 0; for (;;) { const h = g; g = () => h; } };
