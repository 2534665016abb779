// expect: OUTPUT_LIMIT ; a million empty arrays, each three characters
// with: timeout=5000
export const f = () => Array.from({ length: 2 ** 19 }, () => []);
