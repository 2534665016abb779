// expect: COMPLETED|TIMEOUT|LOAD_TIMEOUT ; importing itself a hundred thousand times
// with: timeout=3000
⟦import 'main';×100000⟧
export const f = () => 1;
