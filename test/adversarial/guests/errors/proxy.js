// expect: THREW ; an error that is a proxy with every trap set
export const f = () => { throw new Proxy(new Error('inner'), { get() { throw 1; }, getPrototypeOf() { throw 2; }, ownKeys() { throw 3; }, has() { throw 4; }, getOwnPropertyDescriptor() { throw 5; } }); };
