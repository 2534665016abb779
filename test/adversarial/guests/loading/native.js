// expect: LOAD_TIMEOUT ; a top level that no interrupt reaches
Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
