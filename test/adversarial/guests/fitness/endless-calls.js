// expect: TIMEOUT|FITNESS_PROGRAM_FAILED ; one call of the candidate after another, without end
// with: via=fitness timeout=300
export default async (candidate) => { for (;;) await candidate.call("f", 1); };
