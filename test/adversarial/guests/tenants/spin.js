// expect: COMPLETED ; a first that never ends
// with: timeout=500
// value: "second"
export const f = () => { for (;;); };
// tenant: next
export const f = () => 'second';
