// expect: OUTPUT_LIMIT ; half a million empty objects
// with: timeout=5000
export const f = () => new Array(2 ** 19).fill({});
