// expect: THREW "never settle" ; a promise that nothing can settle
export const f = () => new Promise(() => {});
