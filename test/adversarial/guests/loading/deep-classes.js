// expect: COMPILE_FAILED|LOAD_TIMEOUT ; classes within classes
// with: timeout=3000
export const f = () => 1;
⟦class A { static { ×20000⟧⟦} }×20000⟧
