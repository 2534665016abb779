// expect: COMPLETED|TIMEOUT ; logging at the very end of the stack
export const f = () => { let deepest = 0; const g = (n) => { deepest = n; console.log(n); setTimeout(() => {}, 0); g(n + 1); }; try { g(0); } catch { console.log('end'); } return deepest > 0; };
