// expect: THREW "honest" ; Error and all its kin, on the way of an error
// with: after=no
const honest = new Error('honest');
for (const name of ['Error', 'TypeError', 'RangeError']) globalThis[name] = class { constructor() { for (;;); } };
export const f = () => { throw honest; };
