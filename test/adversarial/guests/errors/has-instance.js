// expect: THREW ; Error[Symbol.hasInstance] that never agrees
export const f = () => { Object.defineProperty(Error, Symbol.hasInstance, { value() { throw 1; } }); console.log(new Error('x')); throw new Error('y'); };
