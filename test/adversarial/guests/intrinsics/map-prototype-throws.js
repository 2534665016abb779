// expect: THREW "honest" ; every method of Map and WeakMap, on the way of an error
// with: after=no
const honest = new Error('honest');
for (const { prototype } of [Map, WeakMap, Set]) for (const key of Reflect.ownKeys(prototype)) if (key !== 'constructor') Object.defineProperty(prototype, key, { value: () => { throw new Error('forged'); } });
export const f = () => { throw honest; };
