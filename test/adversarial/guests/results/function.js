// expect: INVALID_RESULT ; a function
export const f = () => ({ f });
