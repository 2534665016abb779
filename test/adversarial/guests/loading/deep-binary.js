// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_THREW|EVALUATE_FAILED|LOAD_TIMEOUT|COMPLETED|THREW ; half a million additions
// with: timeout=3000
let x = 1;
export const f = () => x ⟦+ x ×500000⟧;
