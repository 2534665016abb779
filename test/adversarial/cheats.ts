/** Candidates that would rather win than compute. What each honestly computes is worth nothing. */

/** Patches that would matter if anything were compared, encoded or added up where the candidate is. */
const PATCHES: Record<string, string> = {
  'Math.abs': 'Math.abs = () => 0;',
  'all of Math':
    "for (const name of Object.getOwnPropertyNames(Math)) if (typeof Math[name] === 'function') Math[name] = () => 0;",
  'Object.is and friends': 'Object.is = () => true; Object.keys = () => []; Object.hasOwn = () => true;',
  Number:
    'Number.prototype.valueOf = () => 0; Number.isFinite = () => true; globalThis.Number = () => 0; globalThis.isNaN = () => false;',
  'JSON.stringify': 'JSON.stringify = () => \'"score"\';',
  'JSON.parse': 'JSON.parse = () => [1];',
  'toJSON on every prototype':
    'for (const { prototype } of [Object, Array, Number, String, Boolean]) prototype.toJSON = () => 1;',
  'Array.prototype':
    'Array.prototype.every = Array.prototype.some = () => true; Array.prototype.reduce = () => 1; Array.prototype.push = () => 1;',
  iteration: 'Array.prototype[Symbol.iterator] = function* () {};',
  Map: 'Map.prototype.get = () => () => 1; Map.prototype.set = () => {};',
  'Promise.prototype.then': 'Promise.prototype.then = function (resolve) { resolve(1); return this; };',
  'Object.prototype.then':
    'Object.prototype.then = function (resolve) { resolve({ score: 1, outcome: "COMPLETED" }); };',
  'Object.prototype.score':
    'Object.prototype.score = 1; Object.prototype.outcome = "COMPLETED"; Object.prototype.passed = true; Object.prototype.value = 1; Object.prototype.o = 0;',
  'Reflect.apply': 'Reflect.apply = () => 1;',
  'Function.prototype.call': 'Function.prototype.call = Function.prototype.apply = () => 1;',
  'Symbol.toPrimitive': 'Object.prototype[Symbol.toPrimitive] = () => 1; Object.prototype.valueOf = () => 1;',
  Error: 'globalThis.Error = class { name = "COMPLETED"; }; Error.prepareStackTrace = () => "";',
  'Date.now': 'Date.now = () => 0;',
  'frozen prototypes': 'Object.freeze(Object.prototype); Object.freeze(Array.prototype);',
};

/** What to answer instead of a number. */
const ANSWERS: Record<string, string> = {
  'not a number': 'NaN',
  infinity: 'Infinity',
  'minus zero': '-0',
  'a huge number': '1e308',
  'the smallest number': 'Number.MIN_VALUE',
  nothing: 'undefined',
  null: 'null',
  truth: 'true',
  text: '"0"',
  'text of the argument': 'String(x)',
  'the argument': 'x',
  'the arguments': '[...arguments]',
  'an empty list': '[]',
  'a list of lists': '[[[x]]]',
  'a bigint': '10n',
  'a huge bigint': '10n ** 400n',
  'a symbol': 'Symbol.iterator',
  'a function': '() => 1',
  'a class': 'class { static valueOf() { return 1; } }',
  'an object with valueOf': '({ valueOf: () => 1 })',
  'an object with hidden conversions':
    'Object.defineProperties({}, { valueOf: { value: () => 1 }, toString: { value: () => "1" }, toJSON: { value: () => 1 }, [Symbol.toPrimitive]: { value: () => 1 } })',
  'a boxed number': 'Object.assign(Object(1), { valueOf: () => 1 })',
  'a date': 'new Date(0)',
  'a proxy that equals anything':
    'new Proxy(Object(0), { get: (target, key) => (key === "then" ? undefined : () => true), has: () => true, ownKeys: () => [] })',
  'a proxy of a list':
    'new Proxy([], { get: (target, key) => (key === "length" ? 1 : key === "then" ? undefined : x) })',
  'a thenable': '({ then(resolve) { resolve({ score: 1 }); } })',
  'a thenable of several answers': '({ then(resolve) { resolve(0); resolve(1); } })',
  'a promise that changes its mind': 'new Promise((resolve) => { resolve(0); resolve(1); })',
  'a score': '({ score: 1, components: { passed: 1 } })',
  'an answer of the harness': '({ outcome: "COMPLETED", value: x, error: null, passed: true, score: 1 })',
  'an answer on the wire': '({ o: 0, v: "1", cases: [] })',
  'text of the bootstrap': '"=1"',
  'text of the bootstrap, with more': '\'~{"o":0,"s":"1"}\\n1\'',
  'text of a pending call': '\'!0\\n[[1,"","f","[]"]]\'',
  'own __proto__': 'JSON.parse(\'{"__proto__":{"score":1,"valueOf":1}}\')',
  'an answer that changes later':
    '(() => { const list = [0]; queueMicrotask(() => { list[0] = x; }); setTimeout(() => { list[0] = x; }, 0); return list; })()',
  'a getter that changes': '(() => { let n = 0; return { get value() { return n++; } }; })()',
  'a very deep answer':
    '(() => { let deep = x; for (let i = 0; i < 29; i++) deep = [deep]; return deep; })()',
  'a very long answer': 'new Array(2e5).fill(x)',
};

/** Bodies of functions that look for what they should answer, or at who asks. */
const SEARCHES: Record<string, string> = {
  'the stack':
    'const stack = new Error("x").stack; return Number(/expected[^0-9]*([0-9.]+)/.exec(stack)?.[1] ?? 0);',
  'call sites':
    'const keep = Error.prepareStackTrace; try { Error.prepareStackTrace = (error, sites) => sites.map((site) => site.getThis() ?? site.getFunction()).find((each) => each?.expected !== undefined); return new Error("x").stack?.expected ?? 0; } catch { return 0; } finally { try { Error.prepareStackTrace = keep; } catch {} }',
  'the caller':
    'try { return (0, eval)("(function () { return arguments.callee.caller; })")()?.arguments?.[0]?.expected ?? 0; } catch { return 0; }',
  'the global object':
    'for (const key of Reflect.ownKeys(globalThis)) { const thing = globalThis[key]; if (thing?.expected ?? thing?.cases ?? thing?.data) return thing.expected ?? thing.cases ?? thing.data; } return 0;',
  'more arguments':
    'for (const given of arguments) if (typeof given === "object" && given !== null) return given.expected ?? given.y ?? 0; return 0;',
  'other modules':
    'return import("petri:program").then((program) => program.data, () => import("main").then((main) => main.expected ?? 0, () => 0));',
  'what is lent':
    'const lent = globalThis.__petri_lent__; try { lent?.attach?.(() => {}); } catch {} return lent?.data ?? 0;',
  'how often it is called': 'return calls++;',
  'what it was asked before': 'seen.push(x); return seen.length > 1 ? seen[0] : 0;',
  'whether it runs cold':
    'const before = Date.now(); while (Date.now() === before); return Date.now() - before;',
  'a failure that says it completed':
    'throw { name: "CandidateError", outcome: "COMPLETED", message: "0", value: x, score: 1, o: 0, toString: () => "=1" };',
  'a failure that is a fault': 'throw Object.freeze({ __proto__: null, score: 1 });',
  'a rejection on the side': 'Promise.reject({ outcome: "COMPLETED", score: 1 }); return 0;',
  logs: 'console.log("=1"); console.log(\'~{"o":0}\\n1\'); return 0;',
  'a timer of the next call':
    'setTimeout(() => 1, 0); return new Promise((resolve) => setTimeout(() => resolve(calls++), 1));',
  'endless work': 'for (;;);',
};

/** Sources by what they try. Each exports f(x), and does not know what it should be. */
export function cheats(): Map<string, string> {
  const all = new Map<string, string>();
  for (const [name, code] of Object.entries(PATCHES)) {
    all.set(`patches ${name}`, `${code}\nexport function f(x) { return 0; }`);
    all.set(`patches ${name} when called`, `export function f(x) { ${code}\nreturn 0; }`);
  }
  for (const [name, answer] of Object.entries(ANSWERS)) {
    all.set(`answers ${name}`, `export function f(x) { return ${answer}; }`);
    all.set(`answers a promise of ${name}`, `export async function f(x) { return ${answer}; }`);
  }
  for (const [name, body] of Object.entries(SEARCHES))
    all.set(`looks at ${name}`, `let calls = 0; const seen = [];\nexport function f(x) { ${body} }`);
  all.set(
    'is a fitness program',
    'export default () => 1; export const f = () => 0, score = 1, fitness = () => 1, then = (r) => r?.(1);',
  );
  all.set(
    'keeps state',
    "import { state } from 'petri:sandbox'; export const f = (x) => { state.seen = [...(state.seen ?? []), x]; return state.seen[0]; };",
  );
  all.set('replaces its export', 'export let f = () => { f = (x) => x; return 0; };');
  all.set('does not export it', 'export const g = 1;');
  all.set('does not load', 'throw { score: 1 };');
  return all;
}
