// expect: THREW "from an import" ; an import that throws through WebAssembly
const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 103, 0, 1, 10, 6, 1, 4, 0, 16, 0, 11]);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { f() { throw new Error('from an import'); } } });
export const f = () => exports.g();
