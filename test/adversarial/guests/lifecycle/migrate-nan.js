// expect: LOAD_INVALID_RESULT|MIGRATION_FAILED ; a migration that answers no number
// with: via=reload
export const migrate = () => ({ n: NaN });
