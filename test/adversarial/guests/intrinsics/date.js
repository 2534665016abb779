// expect: COMPLETED ; Date and its prototype
// with: after=no
Date.now = () => NaN; Date.prototype.getTime = Date.prototype.valueOf = () => NaN; globalThis.Date = undefined;
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
