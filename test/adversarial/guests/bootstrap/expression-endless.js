// expect: TIMEOUT ; an expression that never ends while its module is evaluated
// with: via=expression
// expression: 0); for (;;); (0
export const f = () => 1;
