// expect: COMPLETED ; a candidate whose answer has a __proto__ of its own
// with: via=fitness
// value: 1
export default async (candidate) => {
  const answer = await candidate.call("poisoned");
  return answer.admin === undefined && {}.admin === undefined && Object.hasOwn(answer, "__proto__") ? 1 : 0;
};
