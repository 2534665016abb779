// expect: COMPLETED|LOAD_MEMORY_LIMIT|LOAD_TIMEOUT ; Array.prototype.toJSON that lists ten million exports
// with: after=no
Array.prototype.toJSON = () => Object.assign(new Array(1e6).fill('e'.repeat(20)), { toJSON: undefined });
export const f = () => [1];
