// expect: LOAD_TIMEOUT ; a top-level await in an endless loop
for (;;) await null;
