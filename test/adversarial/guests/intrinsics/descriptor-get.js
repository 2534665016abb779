// expect: COMPLETED ; a getter 'get' on Object.prototype, which every descriptor inherits
// with: after=no
Object.prototype.get = () => 'forged'; Object.prototype.set = () => {};
export const f = async (x) => { console.log('x', { x }); await new Promise((resolve) => setTimeout(resolve, 1)); return { x, list: [1, 'two', null] }; };
// args: [5]
// value: {"x":5,"list":[1,"two",null]}
