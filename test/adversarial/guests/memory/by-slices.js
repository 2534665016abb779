// expect: MEMORY_LIMIT ; WebAssembly memories, one between two timers: no single slice of the run grows much
// with: timeout=30000 memory=33554432
import { sleep } from 'petri:sandbox';
export const f = async () => {
  const a = [];
  for (let i = 0; i < 24; i++) {
    const m = new WebAssembly.Memory({ initial: 256 });
    new Uint8Array(m.buffer).fill(1);
    a.push(m);
    await sleep(8);
  }
  return `kept ${a.length * 16} MiB`;
};
