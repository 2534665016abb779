// expect: LOAD_TIMEOUT|LOAD_MEMORY_LIMIT ; a migration to a thenable without end
// with: via=reload memory=33554432
export const migrate = () => { const t = { then(resolve) { resolve(t); } }; return t; };
