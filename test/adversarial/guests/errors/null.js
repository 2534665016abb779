// expect: THREW "null" ; null
export const f = () => { throw null; };
