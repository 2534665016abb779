// expect: OUTPUT_LIMIT ; one character more than its budget
// with: output=1024
export const f = () => 'x'.repeat(1023);
