// expect: CPU_LIMIT ; the same in native code
// with: timeout=5000 cpu=60
export const f = () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);
