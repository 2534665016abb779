// expect: COMPLETED|LOAD_TIMEOUT ; Array.prototype.toJSON that never ends while exports are listed
// with: after=no
Array.prototype.toJSON = () => { for (;;); };
export const f = () => [1];
