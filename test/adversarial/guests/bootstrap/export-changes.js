// expect: COMPLETED ; an export that is another thing each time
// with: runs=3 ignore-first
// value: "called"
export let f = () => { f = () => { const old = f; f = undefined; queueMicrotask(() => (f = old)); return 'called'; }; return 'called'; };
