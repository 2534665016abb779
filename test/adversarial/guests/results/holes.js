// expect: INVALID_RESULT|OUTPUT_LIMIT ; four billion holes
// with: timeout=5000
export const f = () => new Array(2 ** 32 - 1);
