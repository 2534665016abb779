// expect: COMPLETED ; WebAssembly under profile HIGH
// with: profile=high
// value: "undefined"
export const f = () => typeof WebAssembly;
