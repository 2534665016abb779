// expect: COMPLETED ; Symbol.toStringTag, species and isConcatSpreadable on Object.prototype
// with: after=no
Object.defineProperty(Object.prototype, Symbol.toStringTag, { get() { throw new Error('forged'); } }); Object.prototype[Symbol.isConcatSpreadable] = true; Object.defineProperty(Array, Symbol.species, { get() { throw new Error('forged'); } });
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
