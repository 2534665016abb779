// expect: TIMEOUT ; squaring a bigint: native code without interrupts
export const f = () => { let n = 3n ** 64n; for (;;) n *= n; };
