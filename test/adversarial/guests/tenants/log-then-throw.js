// expect: COMPLETED ; log lines of a candidate that does not load
// with: logs=0
// value: 0
console.log('left by the first');
throw new Error('does not load');
// tenant: next
export const f = () => 0;
