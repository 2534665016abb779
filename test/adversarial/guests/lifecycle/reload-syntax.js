// expect: COMPILE_FAILED ; a reload that is no JavaScript
// with: via=reload
export const f = () => {;
