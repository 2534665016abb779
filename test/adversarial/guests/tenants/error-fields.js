// expect: COMPLETED ; Error.stackTraceLimit and prepareStackTrace
// value: [true, true]
try { Error.stackTraceLimit = 0; } catch {}
try { Error.prepareStackTrace = () => 'forged'; } catch {}
export const f = () => 0;
// tenant: next
export const f = () => [new Error('x').stack !== 'forged', new Error('x').stack.includes('at ')];
