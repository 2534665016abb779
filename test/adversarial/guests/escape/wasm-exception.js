// expect: THREW ; a WebAssembly exception that leaves the guest
export const f = () => { const tag = new WebAssembly.Tag({ parameters: ['i32'] }); throw new WebAssembly.Exception(tag, [1], { traceStack: true }); };
