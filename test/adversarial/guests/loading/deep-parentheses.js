// expect: COMPILE_FAILED|LOAD_TIMEOUT ; two hundred thousand parentheses
// with: timeout=3000
export const f = () => ⟦(×200000⟧1⟦)×200000⟧;
