// expect: FITNESS_PROGRAM_FAILED ; a map that makes V8 abort
// with: via=fitness
export default () => { const all = new Map(); for (let i = 0; ; i++) all.set(i, { i }); };
