// expect: THREW "from a getter" ; a getter that throws
export const f = () => ({ get a() { throw new Error('from a getter'); } });
