// expect: MEMORY_LIMIT ; WebAssembly memories, one a run, kept in a module variable
// with: timeout=30000 memory=33554432 runs=24
const a = [];
export const f = () => {
  const m = new WebAssembly.Memory({ initial: 256 });
  new Uint8Array(m.buffer).fill(1);
  a.push(m);
  return `kept ${a.length * 16} MiB`;
};
