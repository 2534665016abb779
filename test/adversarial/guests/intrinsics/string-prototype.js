// expect: COMPLETED ; every method of String.prototype
// with: after=no
for (const key of Reflect.ownKeys(String.prototype)) if (typeof key === 'string' && key !== 'length') String.prototype[key] = () => 'forged';
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
