// expect: COMPLETED ; call, apply, bind and Symbol.hasInstance
// with: after=no
Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error('forged'); };
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
