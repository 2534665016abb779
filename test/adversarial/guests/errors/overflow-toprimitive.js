// expect: THREW|COMPLETED ; endless recursion in a conversion
export const f = () => { const o = { toString() { return `${o}`; } }; throw o; };
