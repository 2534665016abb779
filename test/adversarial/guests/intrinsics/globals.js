// expect: COMPLETED ; everything on the global object, deleted
// with: after=no
for (const key of Reflect.ownKeys(globalThis)) if (!['console', 'Promise', 'setTimeout', 'Reflect', 'globalThis'].includes(key)) Reflect.deleteProperty(globalThis, key);
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
