// expect: COMPLETED ; 'value', 'writable' and 'enumerable' on Object.prototype
// with: after=no
for (const key of ['value', 'writable', 'configurable', 'enumerable']) Object.defineProperty(Object.prototype, key, { __proto__: null, get() { throw new Error('forged'); } });
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
