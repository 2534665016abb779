// expect: FITNESS_PROGRAM_FAILED ; a hundred megabytes of components
// with: via=fitness
export default () => ({ score: 1, components: Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => ["component" + i, i])) });
