// expect: COMPLETED ; text that looks like a failure, with a log
// value: "~{\"o\":1,\"e\":[]}\n"
export const f = () => { console.log('~{"o":1}\n=5'); return '~{"o":1,"e":[]}\n'; };
