// expect: TIMEOUT|MEMORY_LIMIT|THREW ; Array.from of an endless iterator
// with: memory=33554432
export const f = () => Array.from({ *[Symbol.iterator]() { for (;;) yield 1; } });
