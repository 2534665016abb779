// expect: COMPILE_FAILED|LOAD_TIMEOUT ; two hundred thousand blocks
// with: timeout=3000
export const f = () => 1;
⟦{×200000⟧⟦}×200000⟧
