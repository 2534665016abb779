// expect: COMPILE_FAILED ; no JavaScript
export const f = (;
