// expect: TIMEOUT|THREW ; an unhandled rejection whose fields never answer: copied outside the time-out
export const f = () => { Promise.reject(Object.defineProperties(new Error('x'), { message: { get() { for (;;); } }, stack: { get() { for (;;); } }, name: { get() { for (;;); } } })); return 1; };
