// expect: COMPLETED ; Function.prototype.caller and arguments.callee of sloppy code
// value: ["null"]
export const f = () => { const sloppy = new Function('return String(arguments.callee.caller)'); const said = new Set(); for (let i = 0; i < 3; i++) said.add(sloppy()); const nested = { get a() { try { return new Function('return String(arguments.callee.caller)')(); } catch (error) { return 'null'; } } }; said.add(nested.a); return [...said]; };
