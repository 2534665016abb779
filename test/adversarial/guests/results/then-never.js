// expect: THREW "never settle" ; a thenable that never calls back
export const f = () => ({ then() {} });
