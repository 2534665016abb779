// expect: EVALUATE_FAILED|COMPLETED ; a top-level await that is spelt another way
export function f() { return 1; }
for aw\u0061it (const _ of []);
