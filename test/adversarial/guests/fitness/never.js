// expect: FITNESS_PROGRAM_FAILED ; a promise that nobody settles
// with: via=fitness
export default () => new Promise(() => {});
