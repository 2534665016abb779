// expect: COMPLETED|MEMORY_LIMIT ; one line of 256 MiB
// with: timeout=3000
export const f = () => { console.log('x'.repeat(2 ** 28)); return 1; };
