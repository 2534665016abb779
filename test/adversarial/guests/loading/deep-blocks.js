// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_THREW|EVALUATE_FAILED|LOAD_TIMEOUT|COMPLETED ; two hundred thousand blocks
// with: timeout=3000
export const f = () => 1;
⟦{×200000⟧⟦}×200000⟧
