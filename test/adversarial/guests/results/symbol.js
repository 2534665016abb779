// expect: INVALID_RESULT ; a symbol
export const f = () => Symbol.iterator;
