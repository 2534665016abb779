// expect: LOAD_TIMEOUT|THREW ; an optional chain of a hundred thousand links
// with: timeout=3000
export const f = (x) => x⟦?.a×100000⟧;
