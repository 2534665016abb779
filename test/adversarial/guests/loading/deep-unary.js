// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_THREW|EVALUATE_FAILED|LOAD_TIMEOUT|COMPLETED|THREW ; half a million negations
// with: timeout=3000
export const f = () => ⟦!×500000⟧1;
