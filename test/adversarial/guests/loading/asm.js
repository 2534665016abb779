// expect: COMPLETED|THREW ; code that asks for asm.js
export const f = () => { function M() { 'use asm'; function g() { return 1 | 0; } return { g }; } return M().g(); };
