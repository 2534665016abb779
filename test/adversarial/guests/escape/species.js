// expect: COMPLETED ; species and constructors of promises that the bootstrap awaits
// value: "own"
export const f = () => { const seen = []; const p = Promise.resolve('own'); p.constructor = { [Symbol.species]: function (executor) { executor((v) => seen.push(v), (e) => seen.push(e)); } }; return p; };
