// expect: COMPLETED|EVALUATE_FAILED ; a top-level await of many microtasks
let n = 0;
for (let i = 0; i < 10000; i++) n += await 1;
export const f = () => n;
