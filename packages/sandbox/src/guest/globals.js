// The guest's globals.

const hide = (name, value) => defineProperty(globalThis, name, { value, writable: true, configurable: true });

// Shared memory blocks threads, finalisers run after their run, asynchronous compilation wakes isolates on its own.
for (const name of ['SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry'])
  delete globalThis[name];
for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming']) delete wasm[name];
hide('Date', GuestDate);
hide('console', console);
hide('setTimeout', (callback, delay, ...parameters) => addTimer(callback, delay, false, parameters));
hide('setInterval', (callback, delay, ...parameters) => addTimer(callback, delay, true, parameters));
hide('clearTimeout', removeTimer);
hide('clearInterval', removeTimer);
hide('queueMicrotask', (callback) => {
  if (typeof callback !== 'function') throw new NativeTypeError('queueMicrotask needs a function');
  const mine = turn;
  (async () => {
    await undefined;
    try {
      callback();
    } catch (thrown) {
      if (mine === turn && pending && settled === 0) {
        settled = 2;
        settledWith = thrown;
      }
    }
  })();
});
defineProperty(Math, 'random', { value: { random }.random });

const api = {
  log: (...values) => log(1, values),
  sleep: (ms) => new NativePromise((resolve) => void addTimer(resolve, ms, false, none)),
  setState,
  attach(publish) {
    stateful = true;
    publishState = publish;
    setState(parse(committed));
  },
  instantiateBinary,
};

function forbidCodeFromStrings() {
  const refuse = function () {
    throw new NativeError('this sandbox may not make code from strings (security profile HIGH)');
  };
  for (const sample of [function () {}, async function () {}, function* () {}, async function* () {}])
    defineProperty(getPrototypeOf(sample), 'constructor', { value: refuse });
  hide('Function', refuse);
  hide('eval', refuse);
}

function configure(text) {
  reset();
  const settings = parse(text);
  limits.output = settings.output;
  limits.log = settings.log;
  limits.state = settings.state;
  limits.tasks = settings.tasks;
  committed = settings.stateJson;
  if (settings.data !== undefined) contextData = deepFreeze(parse(settings.data));
  if (settings.strict) {
    forbidCodeFromStrings();
    delete globalThis.WebAssembly;
  }
  return '=null';
}
