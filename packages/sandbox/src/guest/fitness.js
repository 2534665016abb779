// Fitness programs: the candidate is reached by messages.

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

function encodeArguments(name, args) {
  try {
    return encodeWithin(args, limits.arguments);
  } catch (thrown) {
    if (thrown !== FAULT || faultKind !== OUTCOME.outputLimit) throw thrown;
    throw new NativeRangeError(
      'the arguments of "' +
        name +
        '" have more than ' +
        limits.arguments +
        ' bytes as JSON (argument_bytes)',
    );
  }
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
    stringify(encodeArguments(toText(name), args));
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

function fitness(info, argumentBytes) {
  try {
    limits.arguments = argumentBytes;
    forgetRun();
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
    const names = keys(namespace); // throws while a top-level await is pending
    let text = '';
    // One by one: an array would be asked for its toJSON, which is the guest's by now.
    for (let index = 0; index < names.length; index++)
      text += (index > 0 ? ',' : '') + stringify(names[index]);
    return '=[' + text + ']';
  } catch (thrown) {
    return fail(thrown);
  }
}
