// expect: COMPLETED ; globals, by every way of making one
// value: ["undefined", "undefined", "undefined", "undefined"]
for (const work of [() => { globalThis.left = 1; }, () => (0, eval)('var left2 = 1; let left3 = 1; function left4() {}'), () => new Function('left = 1')(), () => Object.defineProperty(globalThis, 'left', { get: () => 1 })]) { try { work(); } catch {} }
export const f = () => 0;
// tenant: next
export const f = () => [typeof left, typeof left2, typeof left3, typeof left4];
