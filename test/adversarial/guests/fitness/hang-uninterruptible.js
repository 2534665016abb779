// expect: FITNESS_PROGRAM_FAILED ; a loop that no interrupt reaches
// with: via=fitness timeout=200
export default () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
