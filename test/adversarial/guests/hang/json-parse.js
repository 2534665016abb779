// expect: TIMEOUT|MEMORY_LIMIT ; parsing long JSON over and over
// with: memory=134217728
export const f = () => { const s = `[${'[],'.repeat(1e6)}0]`; for (;;) JSON.parse(s); };
