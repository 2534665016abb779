// expect: TIMEOUT|MEMORY_LIMIT ; a thenable that resolves to itself
// with: memory=33554432
export const f = () => { const t = { then(resolve) { resolve(t); } }; return t; };
