// expect: COMPLETED ; an array that grows while it is encoded
export const f = () => { const a = [0]; Object.defineProperty(a, 0, { get() { a.push(1, 2, 3); return 0; } }); return a; };
