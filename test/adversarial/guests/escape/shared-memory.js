// expect: COMPLETED ; the constructor that a shared memory hands back gives no Atomics
// value: "undefined"
export const f = () => { let buffer; try { ({ buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })); } catch { return 'undefined'; } return (buffer.constructor.constructor ?? Function)('return typeof Atomics')(); };
