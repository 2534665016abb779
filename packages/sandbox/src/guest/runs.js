// Runs.

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
        'module "' + module + '" has no exported function "' + name + '"; it exports ' + exportsOf(namespace),
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
