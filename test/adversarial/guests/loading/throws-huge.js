// expect: LOAD_MEMORY_LIMIT|LOAD_TIMEOUT ; a top level that throws 256 MiB
// with: timeout=4000
throw new Error('x'.repeat(2 ** 28));
