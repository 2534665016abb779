// expect: COMPLETED|INVALID_RESULT ; the global object
export const f = () => globalThis;
