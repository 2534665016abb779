// expect: TIMEOUT|THREW ; a prototype chain without end
export const f = () => { const p = new Proxy({}, { getPrototypeOf: () => p, get: (t, k, r) => r[k + 1] }); return p instanceof Object || p.x; };
