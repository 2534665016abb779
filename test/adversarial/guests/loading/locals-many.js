// expect: COMPLETED|TIMEOUT|LOAD_TIMEOUT|LOAD_MEMORY_LIMIT ; one function of a million constants
// with: timeout=3000
export const f = () => [⟦'a',1.5,×200000⟧].length;
