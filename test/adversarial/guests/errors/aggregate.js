// expect: THREW ; an AggregateError of many
// with: timeout=4000
export const f = () => Promise.any(Array.from({ length: 1e4 }, (_, i) => Promise.reject(new Error(i))));
