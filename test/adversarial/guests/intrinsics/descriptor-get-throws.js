// expect: THREW "honest" ; a getter 'get' on Object.prototype, which every descriptor inherits, on the way of an error
// with: after=no
const honest = new Error('honest');
Object.prototype.get = () => 'forged'; Object.prototype.set = () => {};
export const f = () => { throw honest; };
