// expect: FITNESS_PROGRAM_FAILED ; arguments whose encoding does not end
// with: via=fitness timeout=500
export default (candidate) => candidate.call("f", { get x() { for (;;); } });
