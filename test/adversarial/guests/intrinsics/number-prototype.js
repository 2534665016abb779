// expect: COMPLETED ; numbers' conversions
// with: after=no
Number.prototype.toString = Number.prototype.valueOf = () => 'forged'; globalThis.Number = () => NaN; Number.isFinite = () => true;
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
