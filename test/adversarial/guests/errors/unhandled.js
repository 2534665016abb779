// expect: THREW "not handled" ; an unhandled rejection beside a good answer
export const f = () => { Promise.reject(new Error('left behind')); return 1; };
