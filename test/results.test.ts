import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { failure, sharedNode, valueOf } from './support/node.ts';

const node = await sharedNode();

/** Each is a value of a guest, and what comes of it: where the fault is, or the JSON it is. */
const INVALID: [expression: string, path: string, what: RegExp][] = [
  ['NaN', '$', /NaN/],
  ['[1, -Infinity]', '$[1]', /-Infinity/],
  ['() => {}', '$', /function/],
  ['({ a: { f() {} } })', '$.a.f', /function/],
  ['new Map()', '$', /Map/],
  ['({ list: [new Set()] })', '$.list[0]', /Set/],
  ['new Date(0)', '$', /Date/],
  ['/x/', '$', /RegExp/],
  ['new Error("x")', '$', /Error/],
  ['new Uint8Array(2)', '$', /typed array/],
  ['[new ArrayBuffer(2)]', '$[0]', /ArrayBuffer/],
  ['Symbol("s")', '$', /symbol/],
  ['[undefined]', '$[0]', /undefined/],
  ['[1, , 3]', '$[1]', /undefined/],
  ['2n ** 64n', '$', /bigint/],
  ['({ text: "\\ud800" })', '$.text', /surrogate/],
  ['({ "\\udc00": 1 })', '$.\udc00', /surrogate/],
  ['(() => { const a = []; a.push(a); return a; })()', '$[0]', /cycle/],
  ['(() => { let d = 1; for (let i = 0; i < 5000; i++) d = [d]; return d; })()', '$[0]', /deeper/],
  ['Promise.resolve({ points: [0, 1, 2, { x: NaN }] })', '$.points[3].x', /NaN/],
];

const VALID: [expression: string, json: unknown][] = [
  ['undefined', null],
  ['({ gone: undefined, kept: null })', { kept: null }],
  ['-0', 0],
  ['10n', 10],
  ['"\\u0000\\u2028 \\ud83d\\ude00"', '\u0000\u2028 \u{1f600}'],
  ['({ __proto__: null, a: 1 })', { a: 1 }],
  ['Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })', { own: 2 }],
  ['new (class Point { x = 1; #y = 2; get z() { return 3; } })()', { x: 1 }],
  ['({ [Symbol("s")]: 1, a: 2 })', { a: 2 }],
  ['({ toJSON() { return "forged"; } }).missing', null],
  ['JSON.parse(\'{"__proto__": {"a": 1}}\')', JSON.parse('{"__proto__": {"a": 1}}')],
  ['new Proxy([1, 2], {})', [1, 2]],
];

suite('the result of a run', () => {
  test('that is not JSON is INVALID_RESULT, and says what and where', async () => {
    const box = await node.box('export {}');
    for (const [expression, path, what] of INVALID) {
      const error = failure(await box.expression(expression), 'INVALID_RESULT');
      assert.match(error.message, what, expression);
      if (what.source === 'cycle' || what.source === 'deeper') assert.ok(error.path.startsWith(path));
      else assert.equal(error.path, path.toWellFormed(), expression);
    }
  });

  test('that is JSON comes back as it is', async () => {
    const box = await node.box('export {}');
    for (const [expression, json] of VALID)
      assert.deepEqual(valueOf(await box.expression(expression)), json, expression);
  });

  test('is limited in size: at the limit it passes, one byte over is OUTPUT_LIMIT', async () => {
    const box = await node.box(
      'export const text = (n) => "x".repeat(n); export const list = (n) => Array(n).fill(1);',
      {
        limits: { outputBytes: 100 },
      },
    );
    assert.equal(((await box.call('text', 98)) as string).length, 98);
    const over = await box.run('text', [99]);
    failure(over, 'OUTPUT_LIMIT');
    assert.match(over.receipt.reason, /larger than its limit/);
    assert.equal(((await box.call('list', 49)) as unknown[]).length, 49);
    failure(await box.run('list', [1e7]), 'OUTPUT_LIMIT');
    assert.equal((await box.run('text', [98])).receipt.outputBytes, 100);
  });

  test('in which characters take several bytes is limited by bytes', async () => {
    const box = await node.box('export const text = (n) => "\\u00e9".repeat(n);', {
      limits: { outputBytes: 100 },
    });
    assert.equal((await box.run('text', [49])).receipt.outputBytes, 100);
    failure(await box.run('text', [50]), 'OUTPUT_LIMIT');
    const smile = await node.box('export const text = (n) => "\u{1f600}\u20ac".repeat(n);', {
      limits: { outputBytes: 16 },
    });
    assert.equal((await smile.run('text', [2])).receipt.outputBytes, 16);
    failure(await smile.run('text', [3]), 'OUTPUT_LIMIT');
  });
});

suite('a guest that patches its world', () => {
  const PATCHES = `
    const wreck = () => { throw new Error('patched'); };
    const { prototype } = Object;
    const { defineProperty } = Object;
    prototype.toJSON = () => 'forged';
    Number.prototype.toJSON = () => 'forged';
    const targets = [
      [JSON, ['parse', 'stringify']], [Reflect, ['apply', 'ownKeys', 'construct']],
      [Object, ['keys', 'getPrototypeOf', 'freeze', 'defineProperty', 'entries']],
      [Array, ['isArray', 'from']], [Number, ['isFinite', 'isSafeInteger']],
      [Array.prototype, ['push', 'join', 'map', Symbol.iterator, 'forEach', 'slice']],
      [String.prototype, ['isWellFormed', 'slice', 'split', 'includes', 'trim', 'toWellFormed']],
      [Map.prototype, ['get', 'set', 'has', 'delete', 'clear', 'forEach']],
      [Promise.prototype, ['then', 'catch', 'finally']], [Function.prototype, ['call', 'apply', 'bind']],
      [globalThis, ['Promise', 'Map', 'Error', 'TypeError', 'Date', 'Number', 'String', 'JSON', 'Object']],
    ];
    for (let t = 0; t < targets.length; t++)
      for (let n = 0; n < targets[t][1].length; n++) try { targets[t][0][targets[t][1][n]] = wreck; } catch {}
    try { defineProperty(prototype, 'o', { get: wreck, set() {} }); } catch {}
  `;

  test('changes nothing of how results, errors, state and logs are told', async () => {
    const box = await node.box(`
      import { state } from 'petri:sandbox';
      ${PATCHES}
      export const sum = (list) => { let total = 0; for (let i = 0; i < list.length; i++) total += list[i]; return { total }; };
      export function count() { state.n = (state.n ?? 0) + 1; console.log('counted', state.n); return state.n; }
      export const fail = () => null.x;
      export const later = async () => { await null; return 7; };
    `);
    assert.deepEqual(await box.call('sum', [1, 2, 3]), { total: 6 });
    assert.equal(await box.call('count'), 1);
    const counted = await box.run('count');
    assert.equal(valueOf(counted), 2);
    assert.deepEqual(counted.logs?.lines, [{ level: 'INFO', text: 'counted 2' }]);
    assert.equal(failure(await box.run('fail'), 'THREW').name, 'TypeError');
    assert.equal(await box.call('later'), 7);
  });

  test('hostile toJSON, getters, proxies and thenables reach nobody but themselves', async () => {
    const box = await node.box(`
      export const json = () => ({ toJSON: () => 'forged', real: 1 });
      export const getter = () => ({ get x() { throw new RangeError('getter'); } });
      export const endless = () => ({ get x() { for (;;); } });
      export const changing = () => { let n = 0; return { get x() { return n++ < 1 ? 1 : NaN; } }; };
      export const proxy = () => new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: (_, name) => name });
      export const growing = () => new Proxy([], { get: (target, name) => (name === 'length' ? 1e9 : 1) });
      export const revoked = () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; };
      export const thenGetter = () => ({ get then() { throw new RangeError('then'); } });
      export const resolvesLater = () => ({ then(done) { done({ then(again) { again(3); } }); } });
      export const settlesTwice = () => ({ then(done, fail) { done(1); fail(2); done(3); throw 4; } });
      export const good = () => 1;
    `);
    assert.equal(failure(await box.run('json'), 'INVALID_RESULT').path, '$.toJSON');
    assert.equal(failure(await box.run('getter'), 'THREW').message, 'getter');
    failure(await box.run('endless', [], { timeoutMs: 80 }), 'TIMEOUT');
    assert.deepEqual(await box.call('changing'), { x: 1 });
    assert.deepEqual(await box.call('proxy').catch(() => ({ a: 'a' })), { a: 'a' });
    failure(await box.run('growing'), 'OUTPUT_LIMIT');
    assert.notEqual((await box.run('revoked')).outcome, 'COMPLETED');
    assert.equal(failure(await box.run('thenGetter'), 'THREW').message, 'then');
    assert.equal(await box.call('resolvesLater'), 3);
    assert.equal(await box.call('settlesTwice'), 1);
    assert.equal(await box.call('good'), 1);
  });
});
