// expect: TIMEOUT|MEMORY_LIMIT ; each microtask queues two
// with: timeout=1000 memory=33554432
export const f = () => { const g = () => { queueMicrotask(g); queueMicrotask(g); }; g(); return new Promise(() => {}); };
