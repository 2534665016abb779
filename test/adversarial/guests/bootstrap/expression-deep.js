// expect: THREW|TIMEOUT|CRASHED|MEMORY_LIMIT|COMPLETED ; an expression nested a hundred thousand deep
// with: via=expression timeout=2000
// expression: ⟦(×50000⟧1⟦)×50000⟧
export const f = () => 1;
