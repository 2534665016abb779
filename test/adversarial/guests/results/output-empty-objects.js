// expect: OUTPUT_LIMIT ; half a million empty objects
export const f = () => new Array(2 ** 19).fill({});
