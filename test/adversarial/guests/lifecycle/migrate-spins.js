// expect: LOAD_TIMEOUT ; a migration that never ends
// with: via=reload
export const migrate = () => { for (;;); };
