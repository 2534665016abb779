// expect: MEMORY_LIMIT|THREW ; a string that doubles, and is flattened
// with: timeout=8000 memory=33554432
export const f = () => { let s = 'ab'; for (;;) { s += s; if (s.length > 2 ** 27) [...s]; } };
