// expect: COMPLETED ; every method of Map and WeakMap
// with: after=no
for (const { prototype } of [Map, WeakMap, Set]) for (const key of Reflect.ownKeys(prototype)) if (key !== 'constructor') Object.defineProperty(prototype, key, { value: () => { throw new Error('forged'); } });
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
