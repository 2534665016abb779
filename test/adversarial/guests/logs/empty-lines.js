// expect: COMPLETED|TIMEOUT ; a million empty lines
// with: timeout=3000
export const f = () => { for (let i = 0; i < 1e6; i++) console.log(); return 1; };
