// expect: INVALID_RESULT ; a typed array over a resizable buffer: some of these abort when copied
export const f = () => new Float64Array(new ArrayBuffer(8, { maxByteLength: 64 }));
