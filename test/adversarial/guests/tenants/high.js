// expect: COMPLETED ; under profile HIGH, a first that means to free eval for the next
// with: profile=high
// value: ["refused", "undefined"]
try { globalThis.Function = (() => {}).constructor; } catch {}
export const f = () => 0;
// tenant: next
export const f = () => { let said = 'made'; try { (0, eval)('1'); Function('1'); } catch { said = 'refused'; } return [said, typeof WebAssembly]; };
