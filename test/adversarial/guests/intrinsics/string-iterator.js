// expect: COMPLETED ; string iteration and conversion
// with: after=no
String.prototype[Symbol.iterator] = function* () { yield 'forged'; }; globalThis.String = () => 'forged';
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
