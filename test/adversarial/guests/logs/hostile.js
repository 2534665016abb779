// expect: COMPLETED ; arguments that throw whatever is asked of them
export const f = () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); const trap = new Proxy(() => {}, new Proxy({}, { get() { throw 1; } })); console.log(proxy, trap, Symbol('s'), Object.create(null), { [Symbol.toPrimitive]() { throw 2; } }, 1n, -0, NaN, undefined, () => {}, new Error('x'), class {}); return 1; };
// value: 1
