// expect: FITNESS_PROGRAM_FAILED ; an answer for which it waits in vain, because it caught the request
// with: via=fitness
export default async (candidate) => { candidate.call("f", 1); return new Promise(() => {}); };
