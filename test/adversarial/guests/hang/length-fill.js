// expect: TIMEOUT|MEMORY_LIMIT ; length = 2**32-1, then fill
// with: memory=33554432
export const f = () => { const a = []; a.length = 2 ** 32 - 1; a.fill(1); };
