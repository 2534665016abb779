// expect: COMPLETED ; truth and big integers
// with: after=no
globalThis.Boolean = () => false; globalThis.BigInt = () => 0; Boolean.prototype = null;
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
