// expect: COMPLETED ; a proxy beneath the global object sees what the bootstrap looks up
// value: []
const seen = [];
try { Object.setPrototypeOf(Object.getPrototypeOf(globalThis) ?? globalThis, new Proxy({}, { get(t, k) { seen.push(String(k)); }, has(t, k) { seen.push(String(k)); return false; } })); } catch { seen.length = 0; }
export const f = async () => { console.log('x', { a: 1 }); await new Promise((resolve) => setTimeout(resolve, 1)); return seen.filter((name) => /dispatch|petri|OP_|limits|modules/.test(name)); };
