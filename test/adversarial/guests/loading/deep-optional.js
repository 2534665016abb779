// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_THREW|EVALUATE_FAILED|LOAD_TIMEOUT|COMPLETED|THREW ; an optional chain of a hundred thousand links
// with: timeout=3000
export const f = (x) => x⟦?.a×100000⟧;
