// expect: THREW "of a microtask" ; a microtask that throws while a promise is pending
export const f = () => { queueMicrotask(() => { throw new Error('of a microtask'); }); return new Promise((resolve) => setTimeout(resolve, 50)); };
