// expect: MEMORY_LIMIT|THREW|TIMEOUT ; WebAssembly tables that grow
// with: timeout=8000 memory=33554432
export const f = () => { const a = []; for (;;) { const t = new WebAssembly.Table({ element: 'externref', initial: 1 }); for (let i = 0; i < 9; i++) t.grow(1e6, a); a.push(t); } };
