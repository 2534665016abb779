// expect: MEMORY_LIMIT|THREW ; many resizable buffers
// with: timeout=8000 memory=33554432
export const f = () => { const a = []; for (;;) { const b = new ArrayBuffer(0, { maxByteLength: 2 ** 24 }); b.resize(2 ** 24); new Uint8Array(b).fill(1); a.push(b); } };
