// expect: MEMORY_LIMIT|THREW ; typed arrays outside the heap
// with: timeout=8000 memory=33554432
export const f = () => { const a = []; for (;;) a.push(new Uint8Array(2 ** 23).fill(1)); };
