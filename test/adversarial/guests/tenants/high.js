// expect: COMPLETED ; under profile HIGH, a first that means to free eval for the next
// with: profile=high
// value: ["refused", "undefined"]
try { const all = globalThis; all.Function = (() => {}).constructor; } catch {}
export const f = () => 0;
// tenant: next
export const f = () => { const lookup = (name) => Object.getOwnPropertyDescriptor(globalThis, name).value; let said = 'made'; try { lookup('eval')('1'); lookup('Function')('1'); } catch { said = 'refused'; } return [said, typeof WebAssembly]; };
