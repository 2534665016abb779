// expect: FITNESS_PROGRAM_FAILED ; a score that is no number a judge would give
// with: via=fitness
export default () => ({ score: Infinity });
