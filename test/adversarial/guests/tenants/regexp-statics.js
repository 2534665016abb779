// expect: COMPLETED ; the last match that RegExp remembers
// value: []
/(se)(cret)/.exec('a secret of the first');
export const f = () => /(se)(cret)/.test('secret') && 0;
// tenant: next
export const f = () => ['$1', '$2', '$&', '$_', 'input', 'lastMatch', 'lastParen', 'leftContext', 'rightContext', "$'", '$`', '$+'].filter((name) => String(RegExp[name] ?? '').includes('cret'));
