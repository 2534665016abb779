// expect: MEMORY_LIMIT|TIMEOUT ; promises that wait for ever
// with: timeout=8000 memory=33554432
export const f = () => { const all = []; for (;;) all.push(new Promise(() => {}).then(() => all)); };
