// expect: COMPLETED ; patched prototypes
// value: [0, "undefined"]
for (const C of [Object, Array, Function, String, Number, Promise, Map, Error, RegExp, Date]) { try { C.prototype.left = 1; } catch {} try { C.left = 1; } catch {} }
try { Array.prototype.map = () => 'forged'; } catch {}
export const f = () => 0;
// tenant: next
export const f = () => [[Object, Array, Function, String, Number, Promise, Map, Error, RegExp, Date].map((C) => (C.left === undefined && C.prototype.left === undefined ? 0 : 1)).filter((each) => each).length, typeof left];
