// expect: COMPLETED ; an argument of many levels
// value: 25
export const f = (list) => { let n = 0; for (; Array.isArray(list); list = list[0]) n++; return n; };
// args: [⟦[×25⟧1⟦]×25⟧]
