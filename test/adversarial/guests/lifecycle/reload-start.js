// expect: START_FAILED "from start" ; a reload whose start throws after the migration
// with: via=reload
export const migrate = () => ({ n: 99 });
export const start = () => { throw new Error('from start'); };
