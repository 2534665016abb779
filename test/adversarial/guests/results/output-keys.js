// expect: OUTPUT_LIMIT ; a million keys
// with: timeout=4000
export const f = () => { const o = {}; for (let i = 0; i < 2e5; i++) o[`key${i}`] = null; return o; };
