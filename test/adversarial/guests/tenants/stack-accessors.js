// expect: COMPLETED ; fields on the accessor functions of an error's stack
// value: ["undefined", "undefined"]
try { Object.getOwnPropertyDescriptor(new Error('x'), 'stack').get.left = 1; } catch {}
try { const o = {}; Error.captureStackTrace(o); Object.getOwnPropertyDescriptor(o, 'stack').get.left = 1; } catch {}
export const f = () => 0;
// tenant: next
export const f = () => { const o = {}; Error.captureStackTrace(o); return [typeof Object.getOwnPropertyDescriptor(new Error('x'), 'stack').get?.left, typeof Object.getOwnPropertyDescriptor(o, 'stack').get?.left]; };
