// Runs in every fresh realm before any guest code, and returns the one function through which the worker talks to the
// realm: strings and numbers in, one string out. It captures the intrinsics it needs, because the guest will patch them,
// and never pushes, spreads or iterates over anything whose prototype the guest can reach.
//
// Answers: "=" + JSON of the value; "~" + JSON of {o: outcome, e?: error, l?: log lines, d?: lines dropped, s?: state,
// c?: failed candidate call} + "\n" + JSON of the value; "!" + milliseconds to the next timer (empty if none is set)
// + "\n" + JSON of calls of the candidate, while a promise is pending.
(function () {
  'use strict';

  const { parse, stringify } = JSON;
  const { apply, construct, getPrototypeOf, defineProperty } = Reflect;
  const { keys, freeze, prototype: objectPrototype } = Object;
  const { isArray } = Array;
  const { isFinite: isFiniteNumber, isSafeInteger } = Number;
  const { isWellFormed, toWellFormed, slice: sliceText, split, trim, includes } = String.prototype;
  const { get: mapGet, set: mapSet, delete: mapDelete, forEach: mapForEach, clear: mapClear } = Map.prototype;
  const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;
  const { get: weakGet, set: weakSet } = WeakMap.prototype;
  const toNumber = Number;
  const toBigInt = BigInt;
  const toText = String;
  const NativeDate = Date;
  const nativeNow = Date.now;
  const nativeRandom = Math.random;
  const { max, floor, imul } = Math;
  const NativePromise = Promise;
  const NativeError = Error;
  const NativeMap = Map;
  const NativeRangeError = RangeError;
  const NativeTypeError = TypeError;
  const wasm = globalThis.WebAssembly;
  const none = freeze([]);

  const OUTCOME = { __proto__: null, completed: 0, threw: 1, outputLimit: 5, invalid: 8 };
  const OUTCOME_NAMES = freeze([
    'COMPLETED',
    'THREW',
    'TIMEOUT',
    'CPU_LIMIT',
    'MEMORY_LIMIT',
    'OUTPUT_LIMIT',
    'CRASHED',
    'CANCELLED',
    'INVALID_RESULT',
  ]);
  // A google.protobuf.Value nests three messages a level, and parsers in other languages stop at a depth of 100.
  const MAX_DEPTH = 30;
  const MAX_NAME = 128;
  const MAX_MESSAGE = 2048;
  const MAX_STACK = 4096;

  const limits = { __proto__: null, output: 1 << 20, log: 1 << 16, state: 1 << 20, tasks: 100 };

  // ---- encoding: strict JSON, within a budget, with the place of what is not JSON

  const FAULT = freeze({ __proto__: null });
  let faultKind = 0;
  let faultText = '';
  let faultPath = '';
  let budget = 0;
  const trail = [];
  for (let depth = 0; depth <= MAX_DEPTH + 1; depth++) trail[depth] = '';

  const builtins = new NativeMap();
  for (const name of 'Map Set WeakMap WeakSet Date RegExp Promise ArrayBuffer DataView Error'.split(' '))
    builtins.set(globalThis[name].prototype, name);
  builtins.set(getPrototypeOf(Uint8Array.prototype), 'typed array');

  function fault(kind, text, depth) {
    faultKind = kind;
    faultText = text;
    faultPath = '$';
    for (let level = 1; level <= depth; level++) {
      const step = trail[level];
      faultPath += typeof step === 'number' ? '[' + step + ']' : '.' + step;
    }
    throw FAULT;
  }

  function spend(text, depth) {
    budget -= text.length;
    if (budget < 0) fault(OUTCOME.outputLimit, '', depth);
    return text;
  }

  function encodeString(text, depth) {
    if (!apply(isWellFormed, text, none)) fault(OUTCOME.invalid, 'a string with a lone surrogate', depth);
    return spend(stringify(text), depth);
  }

  function builtinName(value) {
    let prototype = getPrototypeOf(value);
    for (let hops = 0; prototype !== null && prototype !== objectPrototype && hops < 16; hops++) {
      const name = apply(mapGet, builtins, [prototype]);
      if (name !== undefined) return name;
      prototype = getPrototypeOf(prototype);
    }
    return undefined;
  }

  function encodeObject(value, depth) {
    if (depth >= MAX_DEPTH)
      fault(OUTCOME.invalid, 'nested deeper than ' + MAX_DEPTH + ' levels, or a cycle', depth);
    let text = '';
    if (isArray(value)) {
      const { length } = value;
      for (let index = 0; index < length; index++) {
        trail[depth + 1] = index;
        if (index > 0) text += spend(',', depth);
        text += encode(value[index], depth + 1);
      }
      return '[' + text + ']';
    }
    const builtin = builtinName(value);
    if (builtin !== undefined) fault(OUTCOME.invalid, 'a ' + builtin, depth);
    const names = keys(value);
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      const member = value[name];
      if (member === undefined) continue;
      trail[depth + 1] = name;
      if (text !== '') text += spend(',', depth);
      text += encodeString(name, depth + 1) + ':' + encode(member, depth + 1);
    }
    return '{' + text + '}';
  }

  function encode(value, depth) {
    switch (typeof value) {
      case 'number':
        if (!isFiniteNumber(value)) fault(OUTCOME.invalid, 'the number ' + value, depth);
        return spend('' + value, depth);
      case 'string':
        return encodeString(value, depth);
      case 'boolean':
        return spend(value ? 'true' : 'false', depth);
      case 'object':
        return value === null ? spend('null', depth) : encodeObject(value, depth);
      case 'bigint': {
        // What WebAssembly's i64 results are here.
        const number = toNumber(value);
        if (isSafeInteger(number)) return spend('' + number, depth);
        return fault(OUTCOME.invalid, 'a bigint beyond 2^53', depth);
      }
      default:
        return fault(OUTCOME.invalid, 'a value of type ' + typeof value, depth);
    }
  }

  function encodeWithin(value, bytes) {
    budget = bytes;
    return value === undefined ? 'null' : encode(value, 0);
  }

  // ---- errors: plain, capped text, whatever the guest threw

  function cut(text, length) {
    return text.length > length ? apply(sliceText, text, [0, length]) : text;
  }

  function wellFormed(text) {
    return apply(isWellFormed, text, none) ? text : apply(toWellFormed, text, none);
  }

  function textOf(object, name, fallback) {
    try {
      const text = object[name];
      return typeof text === 'string' ? text : fallback;
    } catch {
      return fallback;
    }
  }

  function framesOf(stack) {
    let frames = '';
    try {
      const lines = apply(split, cut(stack, MAX_STACK * 4), ['\n']);
      for (let index = 0; index < lines.length; index++) {
        const line = apply(trim, lines[index], none);
        if (apply(sliceText, line, [0, 3]) !== 'at ') continue;
        if (apply(includes, line, ['petri:bootstrap'])) continue;
        frames += (frames === '' ? '' : '\n') + apply(sliceText, line, [3]);
      }
    } catch {
      return '';
    }
    return cut(frames, MAX_STACK);
  }

  function describe(thrown) {
    if (thrown === FAULT) {
      if (faultKind === OUTCOME.outputLimit) return { __proto__: null, name: '', message: '', stack: '' };
      return { __proto__: null, name: 'InvalidResult', message: faultText, stack: '' };
    }
    if (thrown !== null && (typeof thrown === 'object' || typeof thrown === 'function')) {
      return {
        __proto__: null,
        name: textOf(thrown, 'name', 'Error'),
        message: textOf(thrown, 'message', ''),
        stack: framesOf(textOf(thrown, 'stack', '')),
      };
    }
    let message = '';
    try {
      message = toText(thrown);
    } catch {
      message = typeof thrown;
    }
    return { __proto__: null, name: 'Thrown', message, stack: '' };
  }

  function errorJson(thrown, path) {
    const { name, message, stack } = describe(thrown);
    return (
      '[' +
      stringify(wellFormed(cut(name, MAX_NAME))) +
      ',' +
      stringify(wellFormed(cut(message, MAX_MESSAGE))) +
      ',' +
      stringify(wellFormed(stack)) +
      ',' +
      stringify(wellFormed(cut(path, MAX_MESSAGE))) +
      ']'
    );
  }

  // ---- logs

  let logLines = '';
  let logSpent = 0;
  let logDropped = 0;

  function log(level, values) {
    let text = '';
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      let part;
      try {
        if (typeof value === 'string') part = value;
        else if (value instanceof NativeError) part = textOf(value, 'stack', 'Error');
        else part = (typeof value === 'object' && value !== null && stringify(value)) || toText(value);
      } catch {
        part = '[' + typeof value + ']';
      }
      text += (index > 0 ? ' ' : '') + part;
      if (text.length > limits.log) break;
    }
    text = wellFormed(text);
    logSpent += text.length + 1;
    if (logSpent > limits.log) logDropped++;
    else logLines += (logLines === '' ? '[' : ',[') + level + ',' + stringify(text) + ']';
  }

  const console = {};
  for (const [name, level] of [
    ['debug', 0],
    ['log', 1],
    ['info', 1],
    ['warn', 2],
    ['error', 3],
    ['trace', 0],
  ])
    console[name] = (...values) => log(level, values);

  // ---- clock and randomness: real, or seeded and virtual

  let virtual = false;
  let virtualNow = 0;
  let seed = 0;

  const now = () => (virtual ? virtualNow : nativeNow());

  function random() {
    if (!virtual) return nativeRandom();
    // mulberry32
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  function GuestDate(...fields) {
    if (new.target === undefined) return apply(dateToString, new NativeDate(now()), none);
    const target = new.target === GuestDate ? NativeDate : new.target;
    return construct(NativeDate, fields.length === 0 ? [now()] : fields, target);
  }
  const dateToString = NativeDate.prototype.toString;
  GuestDate.prototype = NativeDate.prototype;
  GuestDate.now = { now: () => floor(now()) }.now;
  GuestDate.parse = NativeDate.parse;
  GuestDate.UTC = NativeDate.UTC;
  defineProperty(GuestDate, 'name', { value: 'Date' });
  defineProperty(GuestDate, 'length', { value: 7 });
  defineProperty(NativeDate.prototype, 'constructor', { value: GuestDate });

  // ---- tasks

  const timers = new NativeMap();
  let nextTimer = 1;

  function addTimer(callback, delay, repeat, parameters) {
    if (typeof callback !== 'function') throw new NativeTypeError('a timer needs a function');
    if (apply(mapSize, timers, none) >= limits.tasks)
      throw new NativeRangeError('more than ' + limits.tasks + ' tasks are pending (limit max_tasks)');
    const wait = max(0, toNumber(delay) || 0);
    const id = nextTimer++;
    const timer = {
      __proto__: null,
      id,
      at: now() + wait,
      every: repeat ? max(1, wait) : 0,
      callback,
      parameters,
    };
    apply(mapSet, timers, [id, timer]);
    return id;
  }

  const removeTimer = (id) => void apply(mapDelete, timers, [id]);

  function earliest() {
    let first;
    apply(mapForEach, timers, [
      (timer) => {
        if (first === undefined || timer.at < first.at) first = timer;
      },
    ]);
    return first;
  }

  function fire(timer) {
    if (timer.every > 0) timer.at = now() + timer.every;
    else removeTimer(timer.id);
    apply(timer.callback, undefined, timer.parameters);
  }

  // ---- state: what `petri:sandbox` exports, committed by the worker's side

  let stateful = false;
  let state;
  let committed = '{}';
  let publishState = () => {};

  function setState(value) {
    state = value;
    publishState(value);
  }

  const revertState = () => stateful && setState(parse(committed));

  /** The new state as JSON, or undefined if it is as committed. */
  function changedState() {
    if (!stateful) return undefined;
    const text = encodeWithin(state, limits.state);
    return text === committed ? undefined : text;
  }

  // ---- runs

  const modules = new NativeMap();
  let observing = false; // leaves no trace in the state
  let pending = false;
  let settled = 0; // 1 with a value, 2 with an error
  let settledWith;
  let becomesState = false;

  function endRun() {
    pending = false;
    settled = 0;
    settledWith = undefined;
    apply(mapClear, timers, none);
    const logs = logLines === '' && logDropped === 0 ? '' : ',"l":[' + logLines + '],"d":' + logDropped;
    logLines = '';
    logSpent = 0;
    logDropped = 0;
    return logs;
  }

  function succeed(value) {
    let text;
    let changed;
    let what = 'result';
    try {
      if (becomesState) {
        what = 'state';
        if (stateful) setState(value);
        text = encodeWithin(value, limits.state);
      } else {
        text = encodeWithin(value, limits.output);
        if (observing) revertState();
        else {
          what = 'state';
          changed = changedState();
          if (changed !== undefined) committed = changed;
        }
      }
    } catch (thrown) {
      return fail(thrown, what);
    }
    const logs = endRun();
    if (logs === '' && changed === undefined) return '=' + text;
    return '~{"o":0' + logs + (changed === undefined ? '' : ',"s":' + stringify(changed)) + '}\n' + text;
  }

  function fail(thrown, what) {
    let outcome = OUTCOME.threw;
    let path = '';
    if (thrown === FAULT) {
      outcome = faultKind;
      path = what === 'state' ? 'state' + apply(sliceText, faultPath, [1]) : faultPath;
    }
    const call = failedCall(thrown);
    const error = errorJson(thrown, path);
    try {
      revertState();
    } catch {
      // The committed state is JSON of ours; only a heap at its limit can fail here, and that ends the isolate.
    }
    return '~{"o":' + outcome + ',"w":"' + (what ?? '') + '","e":' + error + call + endRun() + '}\n';
  }

  function settle(promise) {
    pending = true;
    (async () => {
      try {
        settledWith = await promise;
        settled = 1;
      } catch (thrown) {
        settledWith = thrown;
        settled = 2;
      }
    })();
    return '!0';
  }

  function finish(value) {
    const thenable = value !== null && (typeof value === 'object' || typeof value === 'function');
    return thenable && typeof value.then === 'function' ? settle(value) : succeed(value);
  }

  function exportsOf(namespace) {
    const names = keys(namespace);
    let text = '';
    for (let index = 0; index < names.length; index++) text += (index > 0 ? ', ' : '') + names[index];
    return text === '' ? 'nothing' : text;
  }

  function call(module, name, args) {
    try {
      const namespace = apply(mapGet, modules, [module]);
      if (namespace === undefined) throw new NativeTypeError('the genome has no module "' + module + '"');
      const target = namespace[name];
      if (typeof target !== 'function')
        throw new NativeTypeError(
          'module "' +
            module +
            '" has no exported function "' +
            name +
            '"; it exports ' +
            exportsOf(namespace),
        );
      return finish(apply(target, undefined, parse(args)));
    } catch (thrown) {
      return fail(thrown);
    }
  }

  function pump() {
    if (settled === 1) return succeed(settledWith);
    if (settled === 2) return fail(settledWith);
    const timer = earliest();
    if (timer === undefined) return '!' + takeCalls();
    if (virtual && timer.at > virtualNow && requests === '') virtualNow = timer.at;
    const wait = timer.at - now();
    if (wait > 0) return '!' + wait + takeCalls();
    try {
      fire(timer);
    } catch (thrown) {
      return fail(thrown);
    }
    return '!0' + takeCalls();
  }

  // ---- fitness programs: the candidate is reached by messages

  let requests = '';
  let nextRequest = 1;
  const waiting = new NativeMap();
  const candidateErrors = new WeakMap();
  let contextData = null;

  function takeCalls() {
    const text = requests === '' ? '' : '\n[' + requests + ']';
    requests = '';
    return text;
  }

  class CandidateError extends NativeError {
    constructor(outcome, error) {
      super('the candidate failed: ' + outcome + (error ? ': ' + error[0] + ': ' + error[1] : ''));
      defineProperty(this, 'name', { value: 'CandidateError' });
      this.outcome = outcome;
      this.error = error ? { name: error[0], message: error[1], stack: error[2], path: error[3] } : null;
    }
  }

  function failedCall(thrown) {
    const id =
      thrown !== null && typeof thrown === 'object' ? apply(weakGet, candidateErrors, [thrown]) : undefined;
    return id === undefined ? '' : ',"c":' + id;
  }

  function ask(module, name, args, attempt) {
    const id = nextRequest++;
    const text =
      id +
      ',' +
      stringify(toText(module)) +
      ',' +
      stringify(toText(name)) +
      ',' +
      stringify(encodeWithin(args, 1 << 24));
    requests += (requests === '' ? '[' : ',[') + text + ']';
    return new NativePromise((resolve, reject) => {
      apply(mapSet, waiting, [id, { __proto__: null, resolve, reject, attempt }]);
    });
  }

  function candidateOf(module) {
    return freeze({
      call: (name, ...args) => ask(module, name, args, false),
      try: (name, ...args) => ask(module, name, args, true),
      module: (name) => candidateOf(name),
    });
  }

  /** Answers are [id, outcome, value, error, wallUs]. */
  function answer(text) {
    const answers = parse(text);
    for (let index = 0; index < answers.length; index++) {
      const { 0: id, 1: outcome, 2: value, 3: error, 4: wallUs } = answers[index];
      const { resolve, reject, attempt } = apply(mapGet, waiting, [id]);
      apply(mapDelete, waiting, [id]);
      const name = OUTCOME_NAMES[outcome];
      const failure = outcome === 0 ? null : new CandidateError(name, error);
      if (failure !== null) apply(weakSet, candidateErrors, [failure, id]);
      if (attempt) resolve({ outcome: name, value, error: failure === null ? null : failure.error, wallUs });
      else if (failure === null) resolve(value);
      else reject(failure);
    }
    return '!0';
  }

  function deepFreeze(value) {
    if (value !== null && typeof value === 'object') {
      const names = keys(value);
      for (let index = 0; index < names.length; index++) deepFreeze(value[names[index]]);
      freeze(value);
    }
    return value;
  }

  function fitness(info) {
    try {
      apply(mapClear, waiting, none);
      requests = '';
      const { default: program } = apply(mapGet, modules, ['main']);
      if (typeof program !== 'function')
        throw new NativeTypeError('a fitness program exports a function as its default');
      return settle(program(candidateOf(''), freeze({ data: contextData, ...parse(info) })));
    } catch (thrown) {
      return fail(thrown);
    }
  }

  function register(name, namespace) {
    try {
      apply(mapSet, modules, [name, namespace]);
      return '=' + stringify(keys(namespace)); // throws while a top-level await is pending
    } catch (thrown) {
      return fail(thrown);
    }
  }

  // ---- WebAssembly modules

  const binaries = new NativeMap();
  const WasmModule = wasm.Module;
  const WasmInstance = wasm.Instance;
  const wasmImports = wasm.Module.imports;
  const wasmExports = wasm.Module.exports;

  function compileBinary(name, bytes) {
    try {
      const module = new WasmModule(bytes);
      apply(mapSet, binaries, [name, module]);
      return '=' + stringify({ imports: wasmImports(module), exports: wasmExports(module) });
    } catch (thrown) {
      return fail(thrown);
    }
  }

  /** Called by the glue module of a binary: `wide` says which functions have which i64 parameters. */
  function instantiateBinary(name, imports, wide) {
    const instance = new WasmInstance(apply(mapGet, binaries, [name]), imports);
    const exported = { __proto__: null };
    const names = keys(instance.exports);
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      const value = instance.exports[name];
      exported[name] = wide[name] === undefined ? value : widening(value, wide[name]);
    }
    return exported;
  }

  /** JSON has no bigints: numbers given for i64 parameters become such. */
  function widening(target, positions) {
    return (...args) => {
      for (let index = 0; index < positions.length; index++) {
        const position = positions[index];
        if (typeof args[position] === 'number') args[position] = toBigInt(args[position]);
      }
      return apply(target, undefined, args);
    };
  }

  // ---- the guest's globals

  const hide = (name, value) =>
    defineProperty(globalThis, name, { value, writable: true, configurable: true });

  // Shared memory blocks threads, finalisers run after their run, asynchronous compilation wakes isolates on its own.
  for (const name of ['SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry'])
    delete globalThis[name];
  for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming'])
    delete wasm[name];
  hide('Date', GuestDate);
  hide('console', console);
  hide('setTimeout', (callback, delay, ...parameters) => addTimer(callback, delay, false, parameters));
  hide('setInterval', (callback, delay, ...parameters) => addTimer(callback, delay, true, parameters));
  hide('clearTimeout', removeTimer);
  hide('clearInterval', removeTimer);
  hide('queueMicrotask', (callback) => {
    if (typeof callback !== 'function') throw new NativeTypeError('queueMicrotask needs a function');
    (async () => {
      await undefined;
      try {
        callback();
      } catch (thrown) {
        if (pending && settled === 0) {
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

  return function dispatch(op, a, b, c) {
    switch (op) {
      case 'call':
        observing = false;
        becomesState = false;
        return call(a, b, c);
      case 'observe':
        observing = true;
        becomesState = false;
        return call(a, b, c);
      case 'migrate':
        observing = false;
        becomesState = true;
        return call(a, b, '[' + committed + ',' + c + ']');
      case 'pump':
        return pump();
      case 'answer':
        return answer(a);
      case 'fitness':
        observing = true;
        becomesState = false;
        return fitness(a);
      case 'stall':
        return fail(new NativeError('the promise can never settle: no task is pending that could settle it'));
      case 'clock':
        virtual = b;
        seed = a;
        virtualNow = c;
        return '=null';
      case 'committed':
        committed = a;
        return '=null';
      case 'tasks':
        return '=' + apply(mapSize, timers, none);
      case 'module':
        return register(a, b);
      case 'binary':
        return compileBinary(a, b);
      case 'lend':
        hide(a, api);
        return '=null';
      case 'take':
        delete globalThis[a];
        return '=null';
      case 'configure':
        return configure(a);
      default:
        throw new NativeError('unknown operation');
    }
  };
})();
