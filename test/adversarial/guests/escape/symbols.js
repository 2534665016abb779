// expect: COMPLETED ; well-known symbols of the host, such as nodejs.util.inspect.custom
// value: "undefined"
export const f = () => { const o = { [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('inspected'); }, [Symbol.for('nodejs.util.promisify.custom')]: 1 }; console.log(o); return typeof setTimeout[Symbol.for('nodejs.util.promisify.custom')]; };
