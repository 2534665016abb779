// expect: MEMORY_LIMIT|TIMEOUT ; matches of every position
// with: timeout=8000 memory=33554432
export const f = () => [...'ab'.repeat(1e7).matchAll(/a|b/g)].length;
