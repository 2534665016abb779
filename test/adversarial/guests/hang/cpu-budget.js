// expect: CPU_LIMIT ; burning more CPU than its budget, within its deadline
// with: timeout=5000 cpu=60
export const f = () => { const end = Date.now() + 3000; while (Date.now() < end); return 'free'; };
