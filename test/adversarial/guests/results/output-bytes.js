// expect: OUTPUT_LIMIT ; characters of three bytes each
// with: timeout=5000 output=1024
export const f = () => '\u20ac'.repeat(1000);
