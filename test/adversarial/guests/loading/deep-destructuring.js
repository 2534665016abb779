// expect: COMPILE_FAILED|LOAD_TIMEOUT ; patterns within patterns
// with: timeout=3000
export const f = (⟦{a:×100000⟧b⟦}×100000⟧) => 1;
