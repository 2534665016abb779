// expect: TIMEOUT ; catastrophic backtracking
export const f = () => /^(a+)+$/.test('a'.repeat(64) + 'b');
