// expect: COMPLETED ; calls of what is no function of the candidate
// with: via=fitness
// value: 1
export default async (candidate) => {
  for (const name of ["__proto__", "constructor", "toString", "then", "", "f\u0000f", "nothing", "x".repeat(1e5)]) {
    const { outcome } = await candidate.try(name, 1);
    if (outcome !== "THREW") return 0;
  }
  return (await candidate.module("nowhere").try("f", 1)).outcome === "THREW" ? 1 : 0;
};
