// expect: TIMEOUT|MEMORY_LIMIT ; normalising long text over and over
export const f = () => { const s = '\u1e9b\u0323'.repeat(1e6); for (;;) s.normalize('NFKD'); };
