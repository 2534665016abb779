// expect: LOAD_TIMEOUT ; a migration that no interrupt reaches
// with: via=reload
export const migrate = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
