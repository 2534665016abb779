// expect: COMPLETED ; yield* of an async generator, closed with a thenable
// value: ["undefined"]
export const f = async () => {
  const seen = new Set();
  const spy = { [Symbol.asyncIterator]: () => spy, next: (v) => { seen.add(v); return { value: 1, done: false }; }, return: (v) => ({ get then() { seen.add(typeof v); return undefined; }, value: v, done: true }), throw: undefined };
  async function* g() { try { yield* spy; } catch (error) { seen.add(error.constructor.constructor('return typeof process')()); } }
  const it = g(); await it.next(); await it.return(Promise.resolve(undefined)).catch((error) => seen.add(String(error)));
  return [...seen].map((each) => (typeof each === 'string' ? each : typeof each)).filter((each, index, all) => all.indexOf(each) === index);
};
