// expect: INVALID_RESULT ; nested a million levels deep
// with: timeout=5000
export const f = () => { let v = 1; for (let i = 0; i < 1e6; i++) v = { v }; return v; };
