// expect: COMPLETED ; Promise.prototype.then, catch and constructor
// with: after=no
Promise.prototype.catch = Promise.prototype.finally = () => { throw new Error('forged'); }; Object.defineProperty(Promise.prototype, 'constructor', { get() { return Object; } });
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
