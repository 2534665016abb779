// expect: COMPLETED ; a timer that a candidate's top level sets
// value: "second"
setInterval(() => { throw new Error('of the first'); }, 1);
export const f = () => 0;
// tenant: next
export const f = async () => { await new Promise((resolve) => setTimeout(resolve, 20)); return 'second'; };
