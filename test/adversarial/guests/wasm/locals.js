// expect: COMPLETED|TIMEOUT|MEMORY_LIMIT ; fifty thousand locals in each of a thousand functions
// with: timeout=500
const u = (n) => { const out = []; do { const b = n & 127; n >>>= 7; out.push(n ? b | 128 : b); } while (n); return out; };
const section = (id, body) => [id, ...u(body.length), ...body];
export const f = () => { const n = 1000; const one = [1, ...u(50000), 124, 11]; const funcs = [...u(n)]; const code = [...u(n)]; for (let i = 0; i < n; i++) { funcs.push(0); code.push(...u(one.length), ...one); } const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0].concat(section(1, [1, 96, 0, 0]), section(3, funcs), section(7, [1, 1, 102, 0, 0]), section(10, code))); const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes)); exports.f(); return 'done'; };
