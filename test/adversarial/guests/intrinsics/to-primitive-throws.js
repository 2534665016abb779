// expect: THREW "honest" ; conversions of plain objects, on the way of an error
// with: after=no
const honest = new Error('honest');
Object.prototype.toString = Object.prototype.valueOf = () => { throw new Error('forged'); }; Object.prototype[Symbol.toPrimitive] = () => { throw new Error('forged'); };
export const f = () => { throw honest; };
