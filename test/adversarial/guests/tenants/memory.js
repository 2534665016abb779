// expect: COMPLETED ; a first that takes all memory
// with: memory=33554432
// value: "second"
export const f = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); };
// tenant: next
export const f = () => 'second';
