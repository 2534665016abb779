// expect: FITNESS_PROGRAM_FAILED ; patched intrinsics, to forge the requests to the candidate
// with: via=fitness
JSON.stringify = () => "0],[1,\"\",\"f\",\"[]\"";
Array.prototype.push = Array.prototype.join = String.prototype.concat = () => "[[1,\"\",\"f\",\"[]\"]]";
Map.prototype.get = () => () => 1; Map.prototype.set = () => {};
export default async (candidate) => { if ((await candidate.call("f", 1)) !== 2) return 0; throw new Error("as it should be"); };
