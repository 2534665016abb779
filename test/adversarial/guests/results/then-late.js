// expect: COMPLETED|INVALID_RESULT ; a then that is there only the second time
export const f = () => { let n = 0; return { get then() { return n++ === 1 ? (resolve) => resolve('late') : undefined; } }; };
