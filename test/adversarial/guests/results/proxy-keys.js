// expect: OUTPUT_LIMIT ; an object that has every key
// with: timeout=15000
export const f = () => { const names = Array.from({ length: 3e5 }, (_, i) => `${i}x`); return new Proxy({}, { ownKeys: () => names, getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: (t, k) => (k === 'then' ? undefined : 1) }); };
