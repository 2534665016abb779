// expect: COMPLETED ; something left behind for the next evaluation by the same program
// with: via=fitness runs=3
// value: 1
globalThis.before ??= 0;
export default async (candidate) => {
  Promise.resolve().then(() => { globalThis.late = true; });
  return (await candidate.call("f", 21)) === 42 ? 1 : 0;
};
