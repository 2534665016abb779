export const f = (x) => {
  const made = new Function('a', 'return [typeof globalThis, typeof this, a, new.target === undefined];');
  with_: { if (x) break with_; (0, eval)('var leaked = 1'); }
  return [...made(x), Object.getOwnPropertyNames(globalThis).length > 10, Reflect.ownKeys(f).length];
};
export { f as default, f as 'a name', f as then };
