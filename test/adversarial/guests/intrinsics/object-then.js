// expect: COMPLETED ; Object.prototype.then, which makes every object a thenable
// with: after=no
Object.prototype.then = function (resolve) { resolve(1); };
export const f = () => ({ a: 1 });
