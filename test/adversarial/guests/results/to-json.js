// expect: COMPLETED ; toJSON is not asked
// value: {"a":1}
export const f = () => Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'forged' });
