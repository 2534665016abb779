// expect: START_FAILED "no exported function" ; a start that is no function
export const start = { valueOf() { throw 1; } };
export const f = () => 1;
