// expect: LOAD_TIMEOUT ; a reload whose top level never ends
// with: via=reload
for (;;);
