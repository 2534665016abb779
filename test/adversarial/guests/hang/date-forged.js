// expect: TIMEOUT ; a clock of its own does not move the deadline
export const f = () => { Date.now = () => 0; globalThis.Date = class { static now() { return 0; } }; for (;;); };
