// expect: TIMEOUT|THREW ; a prepareStackTrace that never ends
export const f = () => { Error.prepareStackTrace = () => { for (;;); }; throw new Error('x'); };
