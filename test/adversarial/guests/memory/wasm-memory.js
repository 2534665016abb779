// expect: MEMORY_LIMIT|THREW ; one WebAssembly memory that grows
// with: timeout=8000 memory=33554432
export const f = () => { const m = new WebAssembly.Memory({ initial: 1 }); for (;;) { m.grow(256); new Uint8Array(m.buffer).fill(1); } };
