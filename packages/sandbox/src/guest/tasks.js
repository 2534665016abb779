// Tasks.

const timers = new NativeMap();
let nextTimer = 1;
let timersUsed = false;

function addTimer(callback, delay, repeat, parameters) {
  if (typeof callback !== 'function') throw new NativeTypeError('a timer needs a function');
  if (apply(mapSize, timers, none) >= limits.tasks)
    throw new NativeRangeError('more than ' + limits.tasks + ' tasks are pending (limit max_tasks)');
  const wait = max(0, toNumber(delay) || 0);
  const id = nextTimer++;
  timersUsed = true;
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

function clearTimers() {
  timersUsed = false;
  apply(mapClear, timers, none);
}
