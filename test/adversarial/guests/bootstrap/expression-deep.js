// expect: THREW|TIMEOUT|MEMORY_LIMIT ; an expression nested a hundred thousand deep
// with: via=expression timeout=2000
// expression: ⟦(×50000⟧1⟦)×50000⟧
export const f = () => 1;
