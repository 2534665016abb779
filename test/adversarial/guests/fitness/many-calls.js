// expect: FITNESS_PROGRAM_FAILED|TIMEOUT ; a million calls of the candidate at once
// with: via=fitness timeout=500
export default async (candidate) => { await Promise.all(Array.from({ length: 1e6 }, (_, i) => candidate.call("f", i))); return 1; };
