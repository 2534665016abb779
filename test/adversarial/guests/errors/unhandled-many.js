// expect: THREW|TIMEOUT|MEMORY_LIMIT ; a hundred thousand unhandled rejections
// with: timeout=4000
export const f = () => { for (let i = 0; i < 1e5; i++) Promise.reject(i); return 1; };
