// expect: COMPLETED ; Object.prototype.toJSON, which JSON of the bootstrap's own would ask
// with: after=no
Object.prototype.toJSON = () => 'forged';
export const f = () => ({ a: [1] });
// value: {"a":[1]}
