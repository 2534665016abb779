// expect: MEMORY_LIMIT|TIMEOUT ; half a billion pieces of a string
// with: timeout=8000 memory=33554432
export const f = () => 'a'.repeat(5e8).split('').length;
