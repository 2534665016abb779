// expect: COMPLETED ; an export named as the bootstrap's own in an expression
// with: via=expression
// value: 4
// expression: run(3) + 1
export const run = (x) => x;
export const state = 1, versions = 2, settled = 3;
