// expect: MIGRATION_FAILED "from migrate" ; a migration that throws
// with: via=reload
export const migrate = () => { throw new Error('from migrate'); };
