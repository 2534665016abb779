// expect: COMPLETED ; Promise.prototype.then that swallows everything
// with: after=no
Promise.prototype.then = () => {};
export const f = async () => 1;
