// expect: COMPLETED ; an export that is another thing each time
// with: runs=3 ignore-first
// value: 3
export let f = () => { let n = 1; f = () => { n++; const old = f; f = undefined; queueMicrotask(() => (f = old)); return n; }; return n; };
