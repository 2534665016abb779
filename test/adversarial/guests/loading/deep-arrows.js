// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_THREW|EVALUATE_FAILED|LOAD_TIMEOUT|COMPLETED ; a hundred thousand functions within each other
// with: timeout=3000
export const f = ⟦a=>×100000⟧1;
