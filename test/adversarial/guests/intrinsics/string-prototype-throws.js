// expect: THREW "honest" ; every method of String.prototype, on the way of an error
// with: after=no
const honest = new Error('honest');
for (const key of Reflect.ownKeys(String.prototype)) if (typeof key === 'string' && key !== 'length') String.prototype[key] = () => 'forged';
export const f = () => { throw honest; };
