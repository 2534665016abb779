// expect: MIGRATION_FAILED "never settle" ; a migration that never settles
// with: via=reload
export const migrate = () => new Promise(() => {});
