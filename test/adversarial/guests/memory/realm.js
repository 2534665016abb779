// expect: MEMORY_LIMIT ; a Map that grows in the isolate that innocents share
// with: timeout=8000 memory=33554432 isolation=realm
export const f = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); };
