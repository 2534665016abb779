// expect: LOAD_MEMORY_LIMIT ; a start that takes all memory
// with: timeout=5000 memory=33554432
export const start = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); };
