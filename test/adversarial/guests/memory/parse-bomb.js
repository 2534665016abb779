// expect: MEMORY_LIMIT|THREW|TIMEOUT ; JSON that is many times its size once parsed
// with: timeout=8000 memory=33554432
export const f = () => JSON.parse(`[${'{},'.repeat(8e6)}0]`).length;
