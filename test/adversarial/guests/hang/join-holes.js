// expect: TIMEOUT|THREW|MEMORY_LIMIT ; joining four billion holes
// with: memory=33554432
export const f = () => new Array(2 ** 32 - 1).join().length;
