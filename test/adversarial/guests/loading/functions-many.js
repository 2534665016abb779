// expect: COMPLETED|TIMEOUT|LOAD_TIMEOUT|LOAD_MEMORY_LIMIT ; two hundred thousand functions
// with: timeout=3000
export const f = () => 1;
⟦(function () { return [1, { a: 1 }]; }); ×100000⟧
