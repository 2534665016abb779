// expect: OUTPUT_LIMIT ; four hundred references to one text of a megabyte
// with: timeout=5000
export const f = () => { const s = 'x'.repeat(2 ** 20); return new Array(400).fill(s); };
