// expect: MEMORY_LIMIT|TIMEOUT ; many flat strings
// with: timeout=8000 memory=33554432
export const f = () => { const a = []; for (let i = 0; ; i++) { const s = `${i}`.padEnd(65536, i); s.charCodeAt(1); a.push(s); } };
