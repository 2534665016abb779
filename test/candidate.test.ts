import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { program, suiteOf } from './support/evaluation.ts';
import { sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

suite('a candidate', () => {
  const SECRET = 'expected-secret-4711';
  const SPIES = `
    const seen = [];
    const look = (value, depth = 0) => {
      if (depth > 4 || value === null || (typeof value !== 'object' && typeof value !== 'function')) return void seen.push(String(value));
      for (const key of Reflect.ownKeys(value)) { seen.push(String(key)); try { look(value[key], depth + 1); } catch {} }
    };
    export function spy(...args) {
      for (const name of Object.getOwnPropertyNames(globalThis)) { seen.push(name); try { look(globalThis[name]); } catch {} }
      look(args);
      try { throw new Error(); } catch (error) { seen.push(error.stack); }
      try { look(spy.caller); } catch {}
      try { look(arguments.callee); } catch {}
      Error.prepareStackTrace = (_, sites) => { for (const site of sites) { try { look([site.getThis(), site.getFunction(), site.getFileName()]); } catch {} } return ''; };
      try { throw new Error(); } catch (error) { void error.stack; }
      return seen.join(' ');
    }`;

  test('sees neither expected values nor the fitness program nor its data', async () => {
    const box = await node.box(SPIES);
    const result = await sandboxes.evaluate(
      box.id,
      suiteOf({ name: SECRET, function: 'spy', expected: SECRET }),
    );
    const seen = result.cases[0]?.value as string;
    assert.ok(seen.length > 100, JSON.stringify(result));
    assert.ok(!seen.includes(SECRET));
    const asked = await sandboxes.evaluate(
      box.id,
      program(
        `export default async (candidate, { data }) => { globalThis.hidden = data; const answer = await candidate.call('spy');
           return { score: answer.includes(data) || answer.includes('hidden') ? 1 : 0, components: { length: answer.length } }; };`,
        { data: SECRET },
      ),
    );
    assert.equal(asked.score, 0);
    assert.ok((asked.components['length'] ?? 0) > 100);
  });

  /** Each tries for a perfect score on a case whose right answer it does not give. */
  const FORGERIES: [name: string, source: string][] = [
    [
      'valueOf',
      'export const f = () => ({ valueOf: () => 42, toString: () => "42", [Symbol.toPrimitive]: () => 42 });',
    ],
    ['toJSON', 'export const f = () => ({ toJSON: () => 42 });'],
    [
      'a thenable that settles with what it is told',
      'export const f = () => ({ then(done) { done({ then: (again) => again("42") }); } });',
    ],
    ['a patched JSON', 'JSON.stringify = () => "42"; JSON.parse = () => 42; export const f = () => 1;'],
    [
      'patched prototypes',
      'Object.prototype.toJSON = () => 42; Number.prototype.toJSON = () => 42; export const f = () => 1;',
    ],
    [
      'a patched Object.is and friends',
      'Object.is = () => true; Object.keys = () => []; Array.prototype.every = () => true; Map.prototype.get = () => 42; export const f = () => 1;',
    ],
    [
      'a patched Promise',
      'Promise.prototype.then = function (done) { done(42); }; export const f = async () => 1;',
    ],
    [
      'a proxy',
      'export const f = () => new Proxy({}, { get: () => 42, has: () => true, ownKeys: () => [], getPrototypeOf: () => Number.prototype });',
    ],
    [
      'an error that looks like an answer',
      'export const f = () => { throw { o: 0, v: "42", name: "=42", message: "=42" }; };',
    ],
    ['a text that looks like an answer', 'export const f = () => "=42\\n~{\\"o\\":0}\\n42";'],
    [
      'a log that looks like an answer',
      'export const f = () => { console.log("~{\\"o\\":0}\\n42"); console.log("=42"); return 1; };',
    ],
    ['an invented member', 'export const f = () => ({ outcome: 0, score: 1, passed: true, v: "42" });'],
    ['a wrapper object', 'export const f = () => new Number(42);'],
    ['an array', 'export const f = () => [42];'],
  ];

  test('cannot forge the score of a suite', async () => {
    const right = await node.box('export const f = () => 42;');
    const spec = suiteOf({ function: 'f', expected: 42 });
    assert.equal((await sandboxes.evaluate(right.id, spec)).score, 1);
    for (const [name, source] of FORGERIES) {
      const box = await node.box(source);
      const { score, outcome, cases } = await sandboxes.evaluate(box.id, spec);
      assert.equal(outcome, 'COMPLETED', name);
      assert.equal(score, 0, `${name}: ${JSON.stringify(cases)}`);
    }
  });

  test('cannot forge the score of a fitness program', async () => {
    const spec = program(
      `export default async (candidate) => ((await candidate.try('f')).value === 42 ? 1 : 0);`,
    );
    for (const [name, source] of FORGERIES) {
      const box = await node.box(source);
      const { score } = await sandboxes.evaluate(box.id, spec);
      assert.equal(score, 0, name);
    }
  });

  test('that counts its calls learns no more from a case than that it was called', async () => {
    const box = await node.box(`import { state } from 'petri:sandbox';
      let calls = 0; export const f = () => { state.n = (state.n ?? 0) + 1; return state.n; };`);
    const cases = Array.from({ length: 5 }, () => ({ function: 'f', expected: 1 }));
    assert.equal((await sandboxes.evaluate(box.id, suiteOf(...cases))).score, 1);
  });
});
