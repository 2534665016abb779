// expect: COMPILE_FAILED|LOAD_CRASHED|LOAD_TIMEOUT ; negations that overflow the native parser's stack
// with: timeout=5000
export const f = () => ⟦!×500000⟧1;
