// expect: COMPLETED ; arguments as large as allowed
// value: 200000
export const f = (list) => list.length;
// args: [[⟦0,×199999⟧0]]
