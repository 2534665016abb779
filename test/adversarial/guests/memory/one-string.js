// expect: THREW|OUTPUT_LIMIT ; a string longer than strings can be
export const f = () => 'x'.repeat(2 ** 29).repeat(8);
