// expect: MEMORY_LIMIT|COMPLETED ; WebAssembly memories, one a run, kept in a module variable
// with: timeout=30000 memory=33554432 runs=24
// value: "kept less than 256 MiB"
// Beside others that grow, the node may see no more than that somebody does: then it takes what is kept, and blames nobody.
const a = [];
export const f = () => {
  const m = new WebAssembly.Memory({ initial: 256 });
  new Uint8Array(m.buffer).fill(1);
  a.push(m);
  if (a.length > 16) throw new Error(`kept ${a.length * 16} MiB`);
  return 'kept less than 256 MiB';
};
