// expect: THREW|INVALID_RESULT ; endless recursion within the encoder
export const f = () => ({ get a() { const g = () => 1 + g(); return g(); } });
