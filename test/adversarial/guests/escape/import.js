// expect: COMPLETED ; import() of whatever might be there
// value: []
export const f = async () => { const got = []; for (const name of ['fs', 'node:fs', 'node:child_process', 'main', 'petri:sandbox', 'petri:bootstrap', './x.js', 'file:///etc/passwd', 'data:text/javascript,export default 1']) { try { await import(name); got.push(name); } catch (error) { if (error.constructor.constructor('return typeof process')() !== 'undefined') got.push('error'); } } return got; };
