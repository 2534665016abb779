// expect: LOAD_MEMORY_LIMIT ; a reload whose top level takes all memory
// with: via=reload timeout=5000 memory=33554432
const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });
