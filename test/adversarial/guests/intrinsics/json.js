// expect: COMPLETED ; JSON.stringify and JSON.parse that forge
// with: after=no
JSON.stringify = () => '"forged"'; JSON.parse = () => ['forged'];
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
