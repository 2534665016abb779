// expect: FITNESS_PROGRAM_FAILED ; a loop without end once the candidate has answered
// with: via=fitness timeout=1000
export default async (candidate) => { await candidate.call("f", 1); for (;;); };
