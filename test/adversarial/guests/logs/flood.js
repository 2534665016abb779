// expect: COMPLETED|TIMEOUT ; a hundred thousand lines
// with: timeout=3000
export const f = () => { for (let i = 0; i < 1e5; i++) console.log('line', i); return 1; };
