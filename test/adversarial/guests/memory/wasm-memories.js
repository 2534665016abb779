// expect: MEMORY_LIMIT|THREW ; many WebAssembly memories
// with: timeout=8000 memory=33554432
export const f = () => { const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 256 }); new Uint8Array(m.buffer).fill(1); a.push(m); } };
