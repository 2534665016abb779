// expect: COMPILE_FAILED|LOAD_TIMEOUT ; a hundred thousand else ifs
// with: timeout=3000
export const f = (x) => { ⟦if (x) return 1; else ×100000⟧return 2; };
