// expect: COMPILE_FAILED|LOAD_TIMEOUT ; a regular expression of a million groups
// with: timeout=3000
export const f = () => /⟦(×300000⟧a⟦)×300000⟧/.test('a');
