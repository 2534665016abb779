export const f = (x) => {
  const seen = [];
  const proxy = new Proxy({ x }, {
    get: (target, key, self) => (seen.push(String(key)), Reflect.get(target, key, self)),
    ownKeys: (target) => [...Reflect.ownKeys(target), 'y'],
    getOwnPropertyDescriptor: (target, key) => ({ value: target[key] ?? 0, enumerable: true, configurable: true }),
  });
  return [{ ...proxy }, seen.length, Object.keys(proxy)];
};
