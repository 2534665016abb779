// expect: OUTPUT_LIMIT ; a million empty arrays, each three characters
export const f = () => Array.from({ length: 2 ** 19 }, () => []);
