// expect: TIMEOUT|MEMORY_LIMIT ; Array(1e8).fill over and over
// with: memory=33554432
export const f = () => { for (;;) new Array(1e8).fill(1); };
