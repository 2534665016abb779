// expect: TIMEOUT|THREW|MEMORY_LIMIT ; powers of bigints
export const f = () => { let n = 7n; for (;;) n = (n ** 100000n) % (1n << 200000n); };
