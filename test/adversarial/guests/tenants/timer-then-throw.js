// expect: COMPLETED ; a timer of a candidate that does not load, which throws
// value: "second"
setInterval(() => { console.log('left by the first'); throw new Error('of the first'); }, 1);
throw new Error('does not load');
// tenant: next
export const f = async () => { await new Promise((resolve) => setTimeout(resolve, 20)); return 'second'; };
