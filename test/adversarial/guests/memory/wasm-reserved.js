// expect: THREW|COMPLETED|MEMORY_LIMIT|TIMEOUT ; address space alone: memories that reserve gigabytes and touch nothing
// with: timeout=2000 memory=33554432
export const f = () => { const a = []; for (let i = 0; i < 5000; i++) a.push(new WebAssembly.Memory({ initial: 1, maximum: 65536 })); return 'done'; };
