// expect: LOAD_TIMEOUT|COMPLETED|TIMEOUT ; half a million additions
// with: timeout=3000
let x = 1;
export const f = () => x ⟦+ x ×500000⟧;
