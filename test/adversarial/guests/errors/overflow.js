// expect: THREW "call stack" ; endless recursion
export function f() { return 1 + f(); }
