// expect: THREW "honest" ; setters for indices on Array.prototype, on the way of an error
// with: after=no
const honest = new Error('honest');
for (let i = 0; i < 64; i++) Object.defineProperty(Array.prototype, i, { configurable: true, set() { throw new Error('forged'); }, get: () => 'forged' });
export const f = () => { throw honest; };
