// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_TIMEOUT ; conditional types without end
// with: timeout=5000
type T<A> = ⟦A extends 1 ? 2 : ×100000⟧3;
export const f = (): number => 1;
