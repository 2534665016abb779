// expect: TIMEOUT|MEMORY_LIMIT ; Array.from of an endless iterator
// with: memory=33554432
export const f = () => Array.from({ *[Symbol.iterator]() { for (;;) yield 1; } });
