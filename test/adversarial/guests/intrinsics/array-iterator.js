// expect: COMPLETED ; array iteration
// with: after=no
Array.prototype[Symbol.iterator] = function* () { yield 'forged'; }; Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true });
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
