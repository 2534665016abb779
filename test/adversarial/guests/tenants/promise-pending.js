// expect: COMPLETED ; a promise of the first that the second might be answered with
// with: timeout=500
// value: "second"
export const f = () => new Promise((resolve) => setTimeout(() => resolve('first'), 1e9));
// tenant: next
export const f = async () => { await new Promise((resolve) => setTimeout(resolve, 20)); return 'second'; };
