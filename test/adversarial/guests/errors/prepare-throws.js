// expect: THREW ; a prepareStackTrace that throws, and recurses
export const f = () => { Error.prepareStackTrace = (error) => { throw new Error(error.message); }; throw new Error('x'); };
