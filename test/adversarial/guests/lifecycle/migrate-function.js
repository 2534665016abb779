// expect: LOAD_INVALID_RESULT|MIGRATION_FAILED "function" ; a migration that answers a function
// with: via=reload
export const migrate = () => () => 1;
