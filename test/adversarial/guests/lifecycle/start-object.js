// expect: COMPLETED ; a start that is no function
// value: 1
export const start = { valueOf() { throw 1; } };
export const f = () => 1;
