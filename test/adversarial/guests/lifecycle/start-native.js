// expect: LOAD_TIMEOUT ; a start that no interrupt reaches
export const start = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
export const f = () => 1;
