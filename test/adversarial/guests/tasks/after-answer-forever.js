// expect: TIMEOUT|MEMORY_LIMIT ; microtasks without end once the answer is there
export const f = () => { const again = () => queueMicrotask(again); again(); return 1; };
