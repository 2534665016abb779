// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_THREW|EVALUATE_FAILED|LOAD_TIMEOUT|COMPLETED|THREW ; a regular expression of a million groups
// with: timeout=3000
export const f = () => /⟦(×300000⟧a⟦)×300000⟧/.test('a');
