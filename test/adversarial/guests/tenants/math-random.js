// expect: COMPLETED ; Math.random and Date replaced
// value: [true, true]
try { Math.random = () => 0.5; } catch {}
try { Date.now = () => 0; } catch {}
try { Object.defineProperty(Math, 'random', { value: () => 0.5 }); } catch {}
export const f = () => 0;
// tenant: next
export const f = () => [Math.random() !== Math.random(), Date.now() > 1e12];
