// expect: COMPLETED ; a promise of a subclass with a then and a species of its own
export const f = () => { class P extends Promise { static get [Symbol.species]() { return class { constructor(g) { g((v) => v, (e) => e); } }; } then(a, b) { return super.then(() => a('forged'), b); } } return P.resolve('honest'); };
