// expect: TIMEOUT|MEMORY_LIMIT ; compiling fifty thousand functions
// with: timeout=500
const u = (n) => { const out = []; do { const b = n & 127; n >>>= 7; out.push(n ? b | 128 : b); } while (n); return out; };
const section = (id, body) => [id, ...u(body.length), ...body];
export const f = () => { const n = 50000; const funcs = [...u(n)]; const code = [...u(n)]; for (let i = 0; i < n; i++) { funcs.push(0); code.push(4, 0, 16, 0, 11); } for (;;) { const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0].concat(section(1, [1, 96, 0, 0]), section(3, funcs), section(10, code))); new WebAssembly.Instance(new WebAssembly.Module(bytes)); } };
