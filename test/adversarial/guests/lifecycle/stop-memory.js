// expect: DESTROYED ; a stop that takes all memory
// with: via=destroy memory=33554432 timeout=4000
export const stop = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); };
