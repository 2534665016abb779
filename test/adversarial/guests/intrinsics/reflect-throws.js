// expect: THREW "honest" ; every function of Reflect, on the way of an error
// with: after=no
const honest = new Error('honest');
for (const key of Reflect.ownKeys(Reflect)) if (typeof key === 'string') Reflect[key] = () => { throw new Error('forged'); };
export const f = () => { throw honest; };
