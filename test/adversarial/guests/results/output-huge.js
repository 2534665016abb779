// expect: OUTPUT_LIMIT|MEMORY_LIMIT ; text of 256 MiB
// with: timeout=4000
export const f = () => 'x'.repeat(2 ** 28);
