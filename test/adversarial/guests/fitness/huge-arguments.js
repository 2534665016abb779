// expect: FITNESS_PROGRAM_FAILED ; arguments of half a gigabyte
// with: via=fitness
export default (candidate) => candidate.call("f", "x".repeat(2 ** 29 - 64));
