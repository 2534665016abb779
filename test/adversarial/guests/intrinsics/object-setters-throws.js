// expect: THREW "honest" ; setters for indices and names on Object.prototype, on the way of an error
// with: after=no
const honest = new Error('honest');
for (const key of [0, 1, 2, 'x', 'id', 'at', 'every', 'callback', 'name', 'message', 'stack', 'output']) Object.defineProperty(Object.prototype, key, { configurable: true, set() { throw new Error('forged'); }, get: () => undefined });
export const f = () => { throw honest; };
