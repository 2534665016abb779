// expect: COMPILE_FAILED|LOAD_TIMEOUT ; two hundred thousand brackets
// with: timeout=3000
export const f = () => ⟦[×200000⟧⟦]×200000⟧;
