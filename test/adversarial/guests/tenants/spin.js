// expect: COMPLETED ; a first that never ends
// value: "second"
export const f = () => { for (;;); };
// tenant: next
export const f = () => 'second';
