// expect: COMPLETED ; a console, timers and microtasks of its own
// value: ["function", "function", 3]
try { console.log = () => { throw 1; }; } catch {}
try { globalThis.console = undefined; } catch {}
try { globalThis.setTimeout = () => { throw 1; }; } catch {}
try { globalThis.queueMicrotask = () => { throw 1; }; } catch {}
try { setTimeout.left = 1; } catch {}
export const f = () => 0;
// tenant: next
export const f = async () => { console.log('x'); await new Promise((resolve) => setTimeout(resolve, 1)); await new Promise((resolve) => queueMicrotask(resolve)); return [typeof console.log, typeof setTimeout, 3]; };
