// expect: LOAD_OUTPUT_LIMIT ; a start that answers more than allowed
export const start = () => 'x'.repeat(2 ** 24);
