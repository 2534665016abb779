// expect: INVALID_RESULT ; a value that is something else each time it is read
export const f = () => { let n = 0; return [new Proxy({ a: 1 }, { get: () => (n++ === 0 ? 1 : NaN), ownKeys: () => ['a', 'b'], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })]; };
