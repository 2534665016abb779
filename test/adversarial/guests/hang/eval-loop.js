// expect: TIMEOUT|MEMORY_LIMIT ; compiling for ever
// with: memory=33554432
export const f = () => { for (let i = 0; ; i++) new Function(`return ${i} + ${i}`)(); };
