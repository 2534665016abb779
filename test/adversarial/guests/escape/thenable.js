// expect: COMPLETED ; what a thenable is given to call
// value: [true, true, "undefined"]
export const f = () => ({ then(resolve, reject) { resolve([resolve.constructor === Function, reject.constructor === Function, resolve.constructor('return typeof process')()]); } });
