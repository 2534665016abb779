// expect: COMPLETED|THREW ; a prototype that is another each time it is asked
export const f = () => { const make = () => new Proxy({ a: 1 }, { getPrototypeOf: () => make() }); return make(); };
