// expect: COMPLETED ; text that fills its budget exactly, with its quotes
// with: output=1024
export const f = () => 'x'.repeat(1022);
