// expect: INVALID_RESULT ; nested one level deeper than allowed
export const f = () => { let v = 1; for (let i = 0; i < 31; i++) v = [v]; return v; };
