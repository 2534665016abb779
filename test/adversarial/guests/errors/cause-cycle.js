// expect: THREW ; causes in a circle
export const f = () => { const error = new Error('x'); error.cause = error; error.errors = [error]; throw error; };
