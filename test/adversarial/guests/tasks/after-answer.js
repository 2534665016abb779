// expect: COMPLETED|TIMEOUT ; a microtask that spins once the answer is there
export const f = () => { Promise.resolve().then(() => { for (;;); }); return 1; };
