// expect: MEMORY_LIMIT ; a heap of one MiB, smaller than any isolate's
// with: timeout=4000 memory=1048576
const a = [];
export const f = () => { for (let i = 0; i < 1e5; i++) a.push({ i, text: `${i}` }); return a.length; };
