// expect: COMPLETED ; RegExp.prototype
// with: after=no
RegExp.prototype.exec = RegExp.prototype.test = () => null; RegExp.prototype[Symbol.split] = () => ['forged']; globalThis.RegExp = undefined;
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
