// expect: COMPLETED ; a console of its own
export const f = () => { globalThis.console = { log() { throw 1; } }; return 1; };
// value: 1
