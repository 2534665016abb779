// expect: INVALID_RESULT ; a cycle
export const f = () => { const a = []; a.push({ a }); return a; };
