// expect: MEMORY_LIMIT|THREW ; a Set that grows
// with: timeout=8000 memory=33554432
export const f = () => { const s = new Set(); for (let i = 0; ; i++) s.add(`${i}`); };
