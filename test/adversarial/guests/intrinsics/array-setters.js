// expect: COMPLETED ; setters for indices on Array.prototype
// with: after=no
for (let i = 0; i < 64; i++) Object.defineProperty(Array.prototype, i, { configurable: true, set() { throw new Error('forged'); }, get: () => 'forged' });
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
