// Runs.

const modules = new NativeMap();
let observing = false; // leaves no trace in the state
let pending = false;
let settled = 0; // 1 with a value, 2 with an error
let settledWith;
let becomesState = false;
let turn = 0; // promises of an earlier run settle nothing

function forgetRun() {
  turn++;
  pending = false;
  settled = 0;
  settledWith = undefined;
  if (timersUsed) clearTimers();
}

function endRun() {
  forgetRun();
  if (logLines === '' && logDropped === 0) return '';
  const logs = ',"l":[' + logLines + '],"d":' + logDropped;
  logLines = '';
  logSpent = 0;
  logDropped = 0;
  return logs;
}

function succeed(value) {
  // Most results of most runs: a number, and nothing else to say. It comes first because every realm starts cold, in
  // the interpreter, where each further step of the general way costs.
  if (typeof value === 'number' && !stateful && !becomesState && isFiniteNumber(value)) {
    const logs = endRun();
    return logs === '' ? '=' + value : '~{"o":0' + logs + '}\n' + value;
  }
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
  const mine = turn;
  const conclude = (how, what) => {
    if (mine !== turn) return;
    settledWith = what;
    settled = how;
  };
  pending = true;
  (async () => {
    try {
      conclude(1, await promise);
    } catch (thrown) {
      conclude(2, thrown);
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

// Functions that were called before, by a number of the worker's: a number costs less than two names, each call anew.
const boundModules = [];
const boundNames = [];

function bind(index, module, name) {
  defineProperty(boundModules, index, { __proto__: null, value: module, writable: true, configurable: true });
  defineProperty(boundNames, index, { __proto__: null, value: name, writable: true, configurable: true });
  return '=null';
}

function missing(index) {
  const module = boundModules[index];
  const namespace = apply(mapGet, modules, [module]);
  if (namespace === undefined) return new NativeTypeError('the genome has no module "' + module + '"');
  const name = boundNames[index];
  return new NativeTypeError(
    'module "' + module + '" has no exported function "' + name + '"; it exports ' + exportsOf(namespace),
  );
}

function call(index, args) {
  try {
    // An export may change: it is looked up in each call.
    const target = apply(mapGet, modules, [boundModules[index]])?.[boundNames[index]];
    if (typeof target !== 'function') throw missing(index);
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
