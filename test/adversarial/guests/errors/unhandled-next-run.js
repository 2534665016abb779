// expect: COMPLETED ; a rejection that the first run leaves does not end the second
// with: runs=2 ignore-first
// value: "second"
let runs = 0;
export const f = () => { if (runs++ > 0) return 'second'; Promise.reject(new Error('of the first')); return 'first'; };
