// expect: COMPLETED ; a top-level await that goes on while the next runs
// value: "second"
export function f() { return 0; }
await new Promise((resolve) => setTimeout(resolve, 5));
console.log('left by the first');
throw new Error('of the first');
// tenant: next
export const f = async () => { await new Promise((resolve) => setTimeout(resolve, 20)); return 'second'; };
