// expect: TIMEOUT|THREW|MEMORY_LIMIT ; a regular expression of a hundred thousand groups
export const f = () => { for (let i = 0; i < 50; i++) new RegExp(`${'('.repeat(20000)}a${')?'.repeat(20000)}${i}`).test('a'.repeat(100)); return 'done'; };
