// expect: THREW "Symbol" ; a symbol
export const f = () => { throw Symbol('thrown'); };
