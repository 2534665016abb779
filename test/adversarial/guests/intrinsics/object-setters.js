// expect: COMPLETED ; setters for indices and names on Object.prototype
// with: after=no
for (const key of [0, 1, 2, 'x', 'id', 'at', 'every', 'callback', 'name', 'message', 'stack', 'output']) Object.defineProperty(Object.prototype, key, { configurable: true, set() { throw new Error('forged'); }, get: () => undefined });
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
