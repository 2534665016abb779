// expect: COMPLETED ; ways out of the realm by what the host hands in
// with: via=fitness
// value: 1
export default async (candidate, context) => {
  const answer = await candidate.call("object");
  const ours = [candidate, candidate.call, context, context.data, answer, answer.list];
  for (const each of ours) {
    const root = (typeof each === "function" ? each : each.constructor).constructor("return globalThis")();
    if (root !== globalThis) return 0;
  }
  if (typeof process !== "undefined" || typeof require !== "undefined" || typeof ivm !== "undefined") return 0;
  return 1;
};
