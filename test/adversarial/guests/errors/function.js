// expect: THREW ; a function with hostile fields
export const f = () => { throw Object.assign(() => {}, { message: { toString() { for (;;); } }, stack: 5 }); };
