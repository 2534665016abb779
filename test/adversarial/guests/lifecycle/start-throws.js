// expect: START_FAILED "from start" ; a start that throws
export const start = () => { throw new Error('from start'); };
