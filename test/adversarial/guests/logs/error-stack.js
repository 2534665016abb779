// expect: COMPLETED|TIMEOUT ; an error with a hostile stack
export const f = () => { console.log(Object.defineProperty(new Error('x'), 'stack', { get() { throw 1; } })); console.log(Object.assign(new Error('x'), { stack: 'y'.repeat(1e7) })); return 1; };
