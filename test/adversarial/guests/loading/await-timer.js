// expect: EVALUATE_FAILED "did not settle" ; a top-level await of a timer
export function f() { return 1; }
await new Promise((resolve) => setTimeout(resolve, 5));
