// expect: MEMORY_LIMIT|TIMEOUT ; Intl objects, which live outside the heap
// with: timeout=1500 memory=33554432
export const f = () => { const a = []; for (let i = 0; ; i++) a.push(new Intl.NumberFormat('de', { minimumIntegerDigits: (i % 20) + 1 })); };
