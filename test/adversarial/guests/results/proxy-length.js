// expect: OUTPUT_LIMIT|TIMEOUT ; an array whose length is Infinity
// with: timeout=5000
export const f = () => new Proxy([], { get: (t, k) => (k === 'length' ? Infinity : k === 'then' ? undefined : 1) });
