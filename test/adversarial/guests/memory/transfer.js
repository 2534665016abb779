// expect: MEMORY_LIMIT|THREW ; buffers grown by transfer
// with: timeout=8000 memory=33554432
export const f = () => { const a = []; for (;;) { const b = new ArrayBuffer(8).transfer(2 ** 23); new Uint8Array(b).fill(1); a.push(b); } };
