// expect: TIMEOUT|THREW ; endless recursion that begins anew on the way out
export function f() { try { f(); } finally { f(); } }
