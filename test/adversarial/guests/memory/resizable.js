// expect: MEMORY_LIMIT|THREW ; one resizable buffer, which isolated-vm does not count
// with: timeout=8000 memory=33554432
export const f = () => { const b = new ArrayBuffer(0, { maxByteLength: 2 ** 32 }); for (let n = 2 ** 24; ; n += 2 ** 24) { b.resize(n); new Uint8Array(b).fill(1); } };
