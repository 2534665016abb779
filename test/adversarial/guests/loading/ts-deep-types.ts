// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_TIMEOUT ; types that overflow the native parser's stack
// with: timeout=5000
type T = ⟦Array<×100000⟧number⟦>×100000⟧;
export const f = (): number => 1;
