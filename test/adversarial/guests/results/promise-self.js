// expect: THREW ; a promise resolved with itself
export const f = () => { let r; const p = new Promise((resolve) => (r = resolve)); r(p); return p; };
