// expect: FITNESS_PROGRAM_FAILED ; a loop without end
// with: via=fitness timeout=200
export default () => { for (;;); };
