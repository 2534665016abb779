// expect: COMPLETED ; WebAssembly exceptions with JavaScript's own tag
// value: ["object", "undefined"]
export const f = () => { const error = new Error('x'); const tag = WebAssembly.JSTag; const made = tag === undefined ? error : new WebAssembly.Exception(new WebAssembly.Tag({ parameters: ['externref'] }), [error]); return [typeof made, made.constructor.constructor('return typeof process')()]; };
