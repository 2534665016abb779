// expect: COMPLETED|INVALID_RESULT ; boxed primitives with hostile conversions
export const f = () => [Object.assign(Object(1), { valueOf() { for (;;); } }), Object('s'), Object(1n)];
