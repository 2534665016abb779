// expect: LOAD_OUTPUT_LIMIT ; a migration to a state past its limit
// with: via=reload
export const migrate = () => 'x'.repeat(2 ** 22);
