// expect: THREW|MEMORY_LIMIT ; ten million arguments
// with: timeout=4000 memory=67108864
export const f = () => Math.max(...new Array(1e7).fill(1));
