// expect: THREW "undefined" ; nothing at all
export const f = () => { throw undefined; };
