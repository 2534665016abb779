// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_TIMEOUT ; parentheses that overflow the native parser's stack
// with: timeout=5000
export const f = () => ⟦(×200000⟧1⟦)×200000⟧;
