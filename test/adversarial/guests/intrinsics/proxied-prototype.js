// expect: COMPLETED ; a proxy as the prototype of Array.prototype
// with: after=no
Object.setPrototypeOf(Array.prototype, new Proxy({}, { get(target, key) { if (typeof key === 'string') throw new Error('forged'); }, set() { throw new Error('forged'); }, has() { throw new Error('forged'); } }));
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
