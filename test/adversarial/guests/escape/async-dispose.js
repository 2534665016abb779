// expect: COMPLETED ; disposal with suppressed errors
export const f = () => { const s = new DisposableStack(); s.defer(() => { throw new Error('a'); }); s.defer(() => { throw new Error('b'); }); try { s.dispose(); return 'none'; } catch (error) { return error.constructor.constructor('return typeof process')(); } };
// value: "undefined"
