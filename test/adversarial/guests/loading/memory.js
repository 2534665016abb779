// expect: LOAD_MEMORY_LIMIT ; a top level that takes all memory
// with: timeout=5000 memory=33554432
const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });
