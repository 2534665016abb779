// expect: COMPLETED ; the registry of symbols tells nothing of who asked before
// value: ["left", true]
Symbol.for('left');
export const f = () => 0;
// tenant: next
export const f = () => [Symbol.keyFor(Symbol.for('left')), Reflect.ownKeys(Symbol.for('left').constructor).every((key) => key !== 'left')];
