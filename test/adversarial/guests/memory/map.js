// expect: MEMORY_LIMIT ; a Map that grows until V8 aborts
// with: timeout=8000 memory=33554432
export const f = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); };
