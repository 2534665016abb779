// expect: COMPLETED ; every function of Object
// with: after=no
for (const key of Reflect.ownKeys(Object)) if (typeof Object[key] === 'function' && key !== 'prototype') Object[key] = () => { throw new Error('forged'); };
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
