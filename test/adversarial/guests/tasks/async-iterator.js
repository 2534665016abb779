// expect: TIMEOUT|MEMORY_LIMIT ; for await without end
export const f = async () => { for await (const _ of { [Symbol.asyncIterator]: () => ({ next: () => ({ value: 1, done: false }) }) }); };
