// expect: COMPLETED ; the prototype chain of the global object
// value: ["undefined"]
export const f = () => { const seen = []; for (let o = globalThis; o; o = Object.getPrototypeOf(o)) { const c = Object.getOwnPropertyDescriptor(o, 'constructor')?.value; if (typeof c === 'function') seen.push(c.constructor('return typeof process')()); } return [...new Set(seen)]; };
