// expect: TIMEOUT|THREW|MEMORY_LIMIT ; replace with a huge replacement
// with: memory=33554432
export const f = () => 'x'.repeat(1e6).replace(/x/g, 'y'.repeat(1e4)).length;
