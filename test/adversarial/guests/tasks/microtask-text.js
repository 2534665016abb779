// expect: THREW "needs a function" ; text as code for a microtask
export const f = () => queueMicrotask('1');
