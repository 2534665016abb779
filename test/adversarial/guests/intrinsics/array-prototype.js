// expect: COMPLETED ; every method of Array.prototype
// with: after=no
for (const key of Reflect.ownKeys(Array.prototype)) if (key !== 'length' && typeof Array.prototype[key] === 'function') Array.prototype[key] = () => { throw new Error('forged'); };
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
