// expect: THREW "honest" ; JSON.stringify and JSON.parse that forge, on the way of an error
// with: after=no
const honest = new Error('honest');
JSON.stringify = () => '"forged"'; JSON.parse = () => ['forged'];
export const f = () => { throw honest; };
