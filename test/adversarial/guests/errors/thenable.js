// expect: THREW ; a thenable
export const f = () => { throw { then(resolve) { resolve(42); } }; };
