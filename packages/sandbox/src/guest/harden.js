// Hardened realms: one realm for many candidates, one after another. Everything that outlives a candidate is frozen, so
// none can leave anything for the next to see. What a frozen realm refuses (patching a prototype, setting a global, code
// from strings) throws; the worker then asks the same again in a fresh realm, where it is allowed.

/** Objects that no property of the global object leads to. */
function hiddenIntrinsics() {
  const iterators = [
    [][Symbol.iterator](),
    ''[Symbol.iterator](),
    new NativeMap()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ''.matchAll(/./g),
    [].values().map((value) => value),
    Iterator.from({ next: () => ({ done: true }) }),
    new Intl.Segmenter().segment('')[Symbol.iterator](),
  ];
  const functions = [function* () {}, async function () {}, async function* () {}];
  // Every error has an accessor of its own, of the same two functions.
  const { get, set } = getOwnPropertyDescriptor(new NativeError(), 'stack');
  return [
    get,
    set,
    ...iterators.map(getPrototypeOf),
    new Intl.Segmenter().segment(''),
    ...functions.map(getPrototypeOf),
    ...functions.map((sample) => sample.prototype && getPrototypeOf(sample.prototype)),
  ];
}

function harden() {
  // Legacy properties that remember the last match, whoever made it.
  for (const name of ownKeys(RegExp))
    if (/^(?:\$|input$|last|left|right)/.test(toText(name))) delete RegExp[name];
  forbidCodeFromStrings();
  const seen = new Set();
  const queue = [globalThis, api, ...hiddenIntrinsics()];
  for (let value = queue.pop(); queue.length > 0 || value !== undefined; value = queue.pop()) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value))
      continue;
    seen.add(value);
    queue.push(getPrototypeOf(value));
    for (const key of ownKeys(value)) {
      const { value: member, get, set } = getOwnPropertyDescriptor(value, key);
      queue.push(member, get, set);
    }
  }
  for (const value of seen) freeze(value);
  return '=' + seen.size;
}

/** Forgets the candidate before. */
function reset() {
  forgetRun();
  nextTimer = 1;
  logLines = '';
  logSpent = 0;
  logDropped = 0;
  apply(mapClear, modules, none);
  apply(mapClear, binaries, none);
  stateful = false;
  virtual = false;
}
