// expect: COMPLETED|EVALUATE_FAILED ; Array.prototype.toJSON that makes the list of exports nothing at all
// with: after=no
Array.prototype.toJSON = () => undefined;
export const f = () => [1];
