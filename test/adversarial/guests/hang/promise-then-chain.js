// expect: TIMEOUT|MEMORY_LIMIT ; a promise that resolves to the next for ever
// with: memory=33554432
export const f = () => { const next = () => Promise.resolve().then(next); return next(); };
