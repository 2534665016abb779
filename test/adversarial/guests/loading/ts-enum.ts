// expect: COMPLETED|COMPILE_FAILED ; an enum that computes with itself
enum E { A = 1 << 0, B = A | 2, __proto__ = 3, C = `${A}`.length }
namespace N.M.O { export const x = E.B; }
export const f = (): number => N.M.O.x;
// value: 3
