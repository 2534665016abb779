// expect: COMPLETED ; patching what the encoder uses from within the encoder
// value: {"a":1,"b":[2]}
export const f = () => ({ get a() { JSON.stringify = () => '"forged"'; Array.isArray = () => false; Object.keys = () => []; Reflect.apply = () => '"forged"'; return 1; }, b: [2] });
