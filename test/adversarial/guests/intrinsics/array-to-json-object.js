// expect: COMPLETED ; Array.prototype.toJSON that makes the list of exports an object
// with: after=no
Array.prototype.toJSON = () => ({ length: 5, includes: 1 });
export const f = () => [1];
// value: [1]
