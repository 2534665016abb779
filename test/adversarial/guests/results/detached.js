// expect: INVALID_RESULT ; a typed array over a detached buffer
export const f = () => { const b = new ArrayBuffer(8); const a = new Uint8Array(b); b.transfer(); return a; };
