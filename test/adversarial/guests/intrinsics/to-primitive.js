// expect: COMPLETED ; conversions of plain objects
// with: after=no
Object.prototype.toString = Object.prototype.valueOf = () => { throw new Error('forged'); }; Object.prototype[Symbol.toPrimitive] = () => { throw new Error('forged'); };
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
