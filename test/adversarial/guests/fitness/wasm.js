// expect: FITNESS_PROGRAM_FAILED|COMPLETED ; WebAssembly memory without end
// with: via=fitness timeout=8000
export default () => { const all = []; for (let i = 0; i < 64; i++) { const memory = new WebAssembly.Memory({ initial: 1024 }); new Uint8Array(memory.buffer).fill(1); all.push(memory); } return 1; };
