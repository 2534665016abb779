// expect: TIMEOUT|MEMORY_LIMIT ; nested counted repetition
export const f = () => { for (;;) new RegExp('((a{1,1000}){1,1000}){1,100}$').test('a'.repeat(5000) + 'b'); };
