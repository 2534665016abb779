// expect: COMPLETED ; Error and all its kin
// with: after=no
for (const name of ['Error', 'TypeError', 'RangeError']) globalThis[name] = class { constructor() { for (;;); } };
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
