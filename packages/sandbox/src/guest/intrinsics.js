// What the bootstrap needs of the language, taken before any guest code runs: the guest will patch it.

const { parse, stringify } = JSON;
const { apply, construct, getPrototypeOf, defineProperty, ownKeys, getOwnPropertyDescriptor } = Reflect;
const { keys, freeze, prototype: objectPrototype } = Object;
const { isArray } = Array;
const { isFinite: isFiniteNumber, isSafeInteger } = Number;
const { isWellFormed, toWellFormed, charCodeAt, slice: sliceText, indexOf, trim } = String.prototype;
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

const limits = {
  __proto__: null,
  output: 1 << 20,
  log: 1 << 16,
  state: 1 << 20,
  tasks: 100,
  arguments: 1 << 20,
};
