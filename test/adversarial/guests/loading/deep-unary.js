// expect: COMPILE_FAILED|LOAD_TIMEOUT ; half a million negations
// with: timeout=3000
export const f = () => ⟦!×500000⟧1;
