// expect: MEMORY_LIMIT|TIMEOUT ; an unhandled rejection with a message of 256 MiB
// with: timeout=4000
export const f = () => { Promise.reject(new Error('x'.repeat(2 ** 28))); return 1; };
