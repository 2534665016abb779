// expect: TIMEOUT ; the loop that V8 unrolls, and that then polls for no interrupt
export const f = () => { let x; for (;;) x = Array(1000); };
