// expect: COMPLETED ; setters of Iterator.prototype, which write through
// value: ["Iterator", "function"]
try { Iterator.prototype[Symbol.toStringTag] = 'forged'; } catch {}
try { Iterator.prototype.constructor = 'forged'; } catch {}
export const f = () => 0;
// tenant: next
export const f = () => [Iterator.prototype[Symbol.toStringTag], typeof Iterator.prototype.constructor];
