// expect: MIGRATION_FAILED|LOAD_THREW "left behind" ; a migration that leaves a rejection
// with: via=reload
export const migrate = (state) => { Promise.reject(new Error('left behind')); return state; };
