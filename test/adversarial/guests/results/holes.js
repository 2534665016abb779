// expect: INVALID_RESULT|OUTPUT_LIMIT ; four billion holes
export const f = () => new Array(2 ** 32 - 1);
