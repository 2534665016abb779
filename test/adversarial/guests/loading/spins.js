// expect: LOAD_TIMEOUT ; a top level that never ends
for (;;);
