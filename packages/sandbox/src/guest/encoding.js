// Encoding: strict JSON, within a budget, with the place of what is not JSON.

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

function utf8Length(text) {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = apply(charCodeAt, text, [index]);
    // A surrogate is half of a character of four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

function encodeWithin(value, bytes) {
  budget = bytes;
  if (value === undefined) return 'null';
  const text = encode(value, 0);
  // The budget was spent in characters; three bytes each is the most UTF-8 takes.
  if (text.length * 3 > bytes && utf8Length(text) > bytes) fault(OUTCOME.outputLimit, '', 0);
  return text;
}
