// expect: COMPLETED ; an unhandled rejection of the first
// value: "second"
export const f = () => { Promise.reject(new Error('of the first')); return 0; };
// tenant: next
export const f = () => 'second';
