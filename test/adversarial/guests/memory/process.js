// expect: MEMORY_LIMIT ; a Map that grows in a worker of its own
// with: timeout=8000 memory=33554432 isolation=process
export const f = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); };
