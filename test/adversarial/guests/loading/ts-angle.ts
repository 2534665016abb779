// expect: LOAD_TIMEOUT|THREW ; arrows and generics that make a parser try everything
// with: timeout=5000
export const f = () => ⟦a < b ( ×40⟧1⟦)×40⟧;
