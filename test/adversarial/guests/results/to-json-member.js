// expect: INVALID_RESULT ; a toJSON that would hide a function
export const f = () => ({ toJSON: () => 1 });
