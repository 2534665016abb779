// expect: COMPLETED ; an array whose length is an object with its own ideas
export const f = () => new Proxy([], { get: (t, k) => (k === 'length' ? { valueOf: () => 3 } : k === 'then' ? undefined : 1) });
