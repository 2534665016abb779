// expect: THREW|MEMORY_LIMIT ; a stack of 256 MiB
// with: timeout=4000
export const f = () => { const error = new Error('x'); error.stack = 'at x\n'.repeat(5e7); throw error; };
