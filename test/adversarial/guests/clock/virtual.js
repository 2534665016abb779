// expect: COMPLETED ; every way to the real time, under the virtual clock
// with: determinism
// value: []
export const f = () => {
  const ways = { now: () => Date.now(), fresh: () => new Date().getTime(), text: () => Date.parse(Date()), sub: () => new (class extends Date {})().getTime(), construct: () => Reflect.construct(Date, []).getTime(), target: () => Date.prototype.getTime.call(Reflect.construct(Date, [], Object)), proto: () => new (Date.prototype.constructor)().getTime(), object: () => new (Object.getPrototypeOf(new Date()).constructor)().getTime(), bound: () => new (Date.bind())().getTime(), proxy: () => new (new Proxy(Date, {}))().getTime(), toString: () => Date.parse(new Date().toString()) };
  return Object.keys(ways).filter((name) => ways[name]() > 1e12);
};
