// expect: COMPILE_FAILED|LOAD_TIMEOUT ; templates within templates
// with: timeout=3000
export const f = () => ⟦`${×50000⟧1⟦}`×50000⟧;
