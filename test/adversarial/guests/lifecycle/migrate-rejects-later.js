// expect: MIGRATION_FAILED|LOAD_THREW "not handled" ; a migration that leaves a rejection
// with: via=reload
export const migrate = (state) => { Promise.reject(new Error('left behind')); return state; };
