// expect: OUTPUT_LIMIT ; text that is six times its size as JSON
// with: timeout=5000
export const f = () => '\u0001'.repeat(2 ** 18);
