// expect: START_FAILED "never settle" ; a start that never settles
export const start = () => new Promise(() => {});
