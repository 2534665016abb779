// expect: COMPILE_FAILED|LOAD_TIMEOUT ; a hundred thousand functions within each other
// with: timeout=3000
export const f = ⟦a=>×100000⟧1;
