// expect: COMPLETED|EVALUATE_FAILED ; Array.prototype.toJSON that throws while exports are listed
// with: after=no
Array.prototype.toJSON = () => { throw new Error('listed'); };
export const f = () => [1];
