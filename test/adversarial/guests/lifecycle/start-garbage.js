// expect: START_FAILED|LOAD_INVALID_RESULT ; a start that answers garbage
export const start = () => ({ toString: () => { throw 1; } });
