// expect: EVALUATE_FAILED "did not settle" ; a top-level await that never settles
export const f = () => 1;
await new Promise(() => {});
