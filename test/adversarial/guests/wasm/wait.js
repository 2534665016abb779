// expect: TIMEOUT ; blocking the thread in memory.atomic.wait32
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 7, 5, 1, 1, 102, 0, 0, 10, 14, 1, 12, 0, 65, 0, 65, 0, 66, 127, 254, 1, 2, 0, 11])));
export const f = () => exports.f();
