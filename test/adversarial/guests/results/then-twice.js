// expect: COMPLETED ; a thenable that calls back with everything it has
// value: 1
export const f = () => ({ then(resolve, reject) { resolve(1); resolve(2); reject(3); throw 4; } });
