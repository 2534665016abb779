// expect: THREW "then" ; a then that throws when it is read
export const f = () => ({ get then() { throw new Error('then'); } });
