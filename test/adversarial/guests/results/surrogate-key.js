// expect: INVALID_RESULT ; a key that is no UTF-8
export const f = () => ({ '\udfff': 1 });
