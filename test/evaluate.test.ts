import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Case, Evaluation, EvaluationSpec } from '@petri/client';
import { sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

const GENOME = `
  import { state } from 'petri:sandbox';
  export const give = (value) => value;
  export const half = (n) => n / 2;
  export const fail = () => { throw new RangeError('out of range'); };
  export const spin = () => { for (;;); };
  export const nothing = () => NaN;
  export const count = () => (state.n = (state.n ?? 0) + 1);
  export const random = () => Math.random();
  export const zeros = (n) => Array(n).fill(0);
  export const named = (n, value) => Array.from({ length: n }, (_, index) => ({ name: String(index), value }));
  export const speak = (n) => { console.log('said ' + n); return n; };
`;
const suiteOf = (...cases: Case[]): EvaluationSpec => ({ suite: { cases }, includeValues: true });
const program = (javascript: string, rest: object = {}): EvaluationSpec => ({
  program: { javascript, ...rest },
});

/** Evaluates again if the worker was ended in between: a crowded machine may be late to interrupt an endless loop. */
async function evaluateCalmly(id: string, spec: EvaluationSpec): Promise<Evaluation> {
  for (let attempt = 1; ; attempt++) {
    const evaluation = await sandboxes.evaluate(id, spec);
    if (!evaluation.receipt.workerLost || attempt === 4) return evaluation;
  }
}

suite('a suite', () => {
  test('does not read answers that are too large to match, and says which it can’t compare', async () => {
    const { id } = await sandboxes.create({ genome: GENOME, limits: { outputBytes: 4 * 1024 * 1024 } });
    const many = Array.from({ length: 3_000 }, (_, n) => ({ name: String(2_999 - n), value: 1.05 }));
    const close = { absoluteTolerance: 0.1 };
    const { cases, outcome } = await sandboxes.evaluate(id, {
      suite: {
        caseTimeoutMs: 20_000,
        cases: [
          { function: 'zeros', arguments: [600_000], expected: [0] },
          { function: 'zeros', arguments: [1_000], expected: [0], comparison: 'SUBSET' },
          { function: 'zeros', arguments: [600_000], expected: [0], comparison: 'SUBSET' },
          { function: 'named', arguments: [3_000, 1.05], expected: many, comparison: 'UNORDERED' },
          {
            function: 'named',
            arguments: [3_000, 1],
            expected: many,
            comparison: { kind: 'SUBSET', ...close },
          },
          { function: 'give', arguments: [1], expected: 1 },
        ],
      },
    });
    assert.equal(outcome, 'COMPLETED');
    assert.deepEqual(
      cases.map((each) => [each.outcome, each.passed]),
      [
        ['COMPLETED', false],
        ['COMPLETED', true],
        ['OUTPUT_LIMIT', false],
        ['COMPLETED', true],
        ['OUTPUT_LIMIT', false],
        ['COMPLETED', true],
      ],
    );
    assert.match(cases[2]?.error?.message ?? '', /too large, or too unlike what is expected, to be compared/);
  });

  const give = (value: unknown, expected: unknown, comparison?: Case['comparison']): Case => ({
    function: 'give',
    arguments: [value],
    expected,
    ...(comparison === undefined ? {} : { comparison }),
  });

  test('compares in every way there is', async () => {
    const box = await node.box(GENOME);
    const verdicts: [case_: Case, passed: boolean, score?: number][] = [
      [give({ a: 1, b: [2, 'x'] }, { b: [2, 'x'], a: 1 }), true],
      [give(0.1 + 0.2, 0.3), false],
      [give([1, 2], [2, 1]), false],
      [give({ a: 1 }, { a: 1, b: null }), false],
      [give('1', 1), false],
      [give(null, undefined), true],
      [give(0.1 + 0.2, 0.3, 'APPROXIMATE'), true],
      [give(1.05, 1, { kind: 'APPROXIMATE', absoluteTolerance: 0.1 }), true],
      [give(1.2, 1, { kind: 'APPROXIMATE', absoluteTolerance: 0.1 }), false],
      [give([101, 99], [100, 100], { kind: 'APPROXIMATE', relativeTolerance: 0.011 }), true],
      [give(3, 1, 'CLOSENESS'), false, 1 / 3],
      [give([1, 1], [1, 1], 'CLOSENESS'), true, 1],
      [give([3, 1], [1, 1], { kind: 'CLOSENESS', scale: 2 }), false, 1 / 1.5],
      [give([1], [1, 1], 'CLOSENESS'), false, 0],
      [give('x', 1, 'CLOSENESS'), false, 0],
      [give({ a: { b: 1, c: 2 }, d: [1, 2, 3] }, { a: { b: 1 }, d: [3] }, 'SUBSET'), true],
      [give({ a: 1 }, { a: 1, z: 1 }, 'SUBSET'), false],
      [give([3, 1, 2, 1], [1, 1, 2, 3], 'UNORDERED'), true],
      [give([1, 1, 2], [1, 2, 2], 'UNORDERED'), false],
      [{ function: 'fail', comparison: 'THROWS' }, true],
      [{ function: 'fail', comparison: 'THROWS', expected: 'RangeError' }, true],
      [{ function: 'fail', comparison: 'THROWS', expected: 'out of' }, true],
      [{ function: 'fail', comparison: 'THROWS', expected: 'TypeError' }, false],
      [{ function: 'give', comparison: 'THROWS' }, false],
      [{ function: 'give', arguments: [7], comparison: 'COMPLETES' }, true],
      [{ function: 'fail', comparison: 'COMPLETES' }, false],
      [{ function: 'nothing' }, false],
      [{ function: 'missing' }, false],
    ];
    const evaluation = await sandboxes.evaluate(box.id, suiteOf(...verdicts.map(([case_]) => case_)));
    assert.equal(evaluation.outcome, 'COMPLETED');
    for (const [n, [case_, passed, score = passed ? 1 : 0]] of verdicts.entries()) {
      const result = evaluation.cases[n]!;
      assert.equal(result.passed, passed, JSON.stringify([case_, result]));
      assert.ok(Math.abs(result.score - score) < 1e-12, JSON.stringify([case_, result]));
    }
    const passed = verdicts.filter(([, each]) => each).length;
    assert.ok(Math.abs((evaluation.components['passed'] ?? 0) - passed / verdicts.length) < 1e-12);
    assert.equal(evaluation.calls, verdicts.length);
  });

  test('weighs its cases, names them, and reports values and errors', async () => {
    const box = await node.box(GENOME);
    const { score, cases } = await sandboxes.evaluate(
      box.id,
      suiteOf(
        { name: 'right', function: 'half', arguments: [8], expected: 4, weight: 3 },
        { function: 'half', arguments: [8], expected: 5 },
        { function: 'fail', weight: 0 },
      ),
    );
    assert.equal(score, 0.75);
    assert.deepEqual(
      cases.map(({ name, outcome, value, error }) => [name, outcome, value, error?.name]),
      [
        ['right', 'COMPLETED', 4, undefined],
        ['1', 'COMPLETED', 4, undefined],
        ['2', 'THREW', undefined, 'RangeError'],
      ],
    );
    const silent = await sandboxes.evaluate(box.id, {
      suite: { cases: [{ function: 'half', arguments: [8] }] },
    });
    assert.equal(silent.cases[0]?.value, undefined);
  });

  test('lets a case that hangs or breaks its realm cost no other case its result, nor the sandbox its state', async () => {
    const box = await node.box(GENOME);
    await box.call('count');
    const evaluation = await evaluateCalmly(box.id, {
      suite: {
        cases: [
          { function: 'count', expected: 2 },
          { function: 'spin', timeoutMs: 50 },
          { function: 'count', expected: 2 },
          { function: 'speak', arguments: [1], expected: 1 },
        ],
      },
    });
    assert.deepEqual(
      evaluation.cases.map(({ outcome, passed }) => [outcome, passed]),
      [
        ['COMPLETED', true],
        ['TIMEOUT', false],
        ['COMPLETED', true],
        ['COMPLETED', true],
      ],
    );
    assert.equal(evaluation.score, 0.75);
    assert.equal(evaluation.logs?.lines[0]?.text, 'said 1');
    assert.equal(await box.call('count'), 2);
  });

  test('past the deadline of the whole has no score, and TIMEOUT', async () => {
    const box = await node.box(GENOME);
    const spec = { suite: { cases: [{ function: 'spin', timeoutMs: 10_000 }] }, timeoutMs: 80 };
    const { outcome, score } = await sandboxes.evaluate(box.id, spec);
    assert.deepEqual([outcome, score], ['TIMEOUT', undefined]);
  });

  test('gives the same score for the same seed', async () => {
    const box = await node.box(GENOME);
    const spec: EvaluationSpec = {
      suite: { cases: [{ function: 'random', comparison: 'CLOSENESS', expected: 0 }] },
      determinism: { seed: 5 },
    };
    const first = await sandboxes.evaluate(box.id, spec);
    assert.equal((await sandboxes.evaluate(box.id, spec)).score, first.score);
    const other = await sandboxes.evaluate(box.id, { ...spec, determinism: { seed: 6 } });
    assert.notEqual(other.score, first.score);
    assert.notEqual(other.evaluatorSha256, first.evaluatorSha256);
  });

  test('that is wrong is refused with all its faults', async () => {
    const box = await node.box(GENOME);
    const cases: Case[] = [
      { function: 'half', weight: -1 },
      { function: 'half', weight: Infinity },
    ];
    await assert.rejects(
      sandboxes.evaluate(box.id, { suite: { cases } }),
      (error: { violations: unknown[] }) => {
        assert.ok(error.violations.length >= 2);
        return true;
      },
    );
    await assert.rejects(sandboxes.evaluate(box.id, { suite: { cases: [] } }), { code: 'invalid_argument' });
  });
});

suite('a fitness program', () => {
  test('calls the candidate, sees failures, and answers a score with components', async () => {
    const box = await node.box(GENOME);
    const evaluation = await sandboxes.evaluate(
      box.id,
      program(
        `export default async (candidate, { data }) => {
           const four = await candidate.call('half', data.n);
           const failed = await candidate.try('fail');
           let caught;
           try { await candidate.call('fail'); } catch (error) { caught = error; }
           const fine = failed.outcome === 'THREW' && failed.error.name === 'RangeError'
             && caught.name === 'CandidateError' && caught.outcome === 'THREW' && caught.error.message === 'out of range';
           return { score: fine ? 0.5 : 0, components: { four, all: (await Promise.all([1, 2, 3].map((n) => candidate.call('give', n)))).length } };
         };`,
        { data: { n: 8 } },
      ),
    );
    assert.partialDeepStrictEqual(evaluation, {
      outcome: 'COMPLETED',
      score: 0.5,
      components: { four: 4, all: 3 },
      calls: 6,
    });
    assert.match(evaluation.evaluatorSha256, /^[0-9a-f]{64}$/);
  });

  test('in TypeScript, with a bare number for a score', async () => {
    const box = await node.box(GENOME);
    const typescript = `type C = { call(name: string, ...args: unknown[]): Promise<number> };
      export default async (candidate: C): Promise<number> => candidate.call('half', 3);`;
    assert.equal((await sandboxes.evaluate(box.id, { program: { typescript } })).score, 1.5);
  });

  test('that lets a failure of the candidate through makes it the outcome; a caught one does not', async () => {
    const box = await node.box(GENOME);
    const through = await sandboxes.evaluate(
      box.id,
      program(`export default (candidate) => candidate.call('fail');`),
    );
    assert.deepEqual(
      [through.outcome, through.score, through.error?.message],
      ['THREW', undefined, 'out of range'],
    );
    const late = await sandboxes.evaluate(
      box.id,
      program(`export default async (candidate) => { await candidate.call('spin'); return 1; };`, {
        callTimeoutMs: 50,
      }),
    );
    assert.deepEqual([late.outcome, late.score], ['TIMEOUT', undefined]);
    const caught = await evaluateCalmly(
      box.id,
      program(
        `export default async (c) => ((await c.try('spin')).outcome === 'TIMEOUT' ? await c.call('give', 7) : 0);`,
        {
          callTimeoutMs: 50,
        },
      ),
    );
    assert.equal(caught.score, 7);
  });

  test('that itself fails is FITNESS_PROGRAM_FAILED, never a fitness', async () => {
    const box = await node.box(GENOME);
    for (const source of [
      'export default () => NaN;',
      'export default () => "1";',
      'export default () => undefined;',
      'export default () => ({ score: "high" });',
      'export default () => ({ score: 1, components: { a: "b" } });',
      'export default () => { throw new Error("mine"); };',
      'export default async () => null.x;',
      'export default 5;',
      'export const other = 1;',
      'not even a module {',
      'import "nothing"; export default () => 1;',
      'export default () => new Promise(() => {});',
    ])
      await assert.rejects(
        sandboxes.evaluate(box.id, program(source)),
        { code: 'failed_precondition', reason: 'FITNESS_PROGRAM_FAILED' },
        source,
      );
    const endless = { ...program('export default () => { for (;;); };'), timeoutMs: 100 };
    await assert.rejects(sandboxes.evaluate(box.id, endless), { reason: 'FITNESS_PROGRAM_FAILED' });
    assert.equal(await box.call('half', 2), 1);
  });

  test('whose candidate takes all the time there is ends with TIMEOUT, the candidate to blame', async () => {
    const box = await node.box(GENOME);
    const source = `export default async (c) => { for (;;) await c.try('spin'); };`;
    const spec = { ...program(source, { callTimeoutMs: 5_000 }), timeoutMs: 100 };
    const { outcome, score } = await sandboxes.evaluate(box.id, spec);
    assert.deepEqual([outcome, score], ['TIMEOUT', undefined]);
  });

  test('leaves the state of the sandbox as it was', async () => {
    const box = await node.box(GENOME);
    const { revision } = await box.get();
    const { score } = await sandboxes.evaluate(
      box.id,
      program(`export default async (c) => (await c.call('count')) * 10 + (await c.call('count'));`),
    );
    assert.equal(score, 11);
    assert.equal((await box.get()).revision, revision);
    assert.equal(await box.call('count'), 1);
  });
});

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
