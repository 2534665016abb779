// expect: THREW "of a timer" ; a timer that throws while a promise is pending
export const f = () => new Promise(() => setTimeout(() => { throw new Error('of a timer'); }, 1));
