// expect: COMPILE_FAILED ; decorators, which need helpers
const dec = (...given: unknown[]): any => given[0];
@dec class A { @dec f() { return 1; } }
export const f = () => new A().f();
