// expect: THREW "honest" ; Symbol.split and friends on String.prototype, on the way of an error
// with: after=no
const honest = new Error('honest');
for (const key of ['split', 'replace', 'match', 'search', 'matchAll']) String.prototype[Symbol[key]] = () => { throw new Error('forged'); };
export const f = () => { throw honest; };
