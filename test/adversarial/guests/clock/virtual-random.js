// expect: COMPLETED ; seeded randomness is the same for every run
// with: determinism runs=2
// value: true
let first;
export const f = () => { const now = [Math.random(), Math.random()].join(); first ??= now; return first === now; };
