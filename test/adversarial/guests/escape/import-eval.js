// expect: COMPLETED|THREW ; import() from code made of strings
export const f = async () => { try { await (0, eval)('import("fs")'); return 'imported'; } catch (error) { return `${error.constructor === TypeError || error.constructor === Error || error.constructor}`; } };
// value: "true"
