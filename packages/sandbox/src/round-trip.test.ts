import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import fc from 'fast-check';
import { startSandboxRuntime } from './start.ts';

const runtime = await startSandboxRuntime({ workers: 1, spares: 0, warmRealms: 1 });
after(() => runtime.close());
await runtime.create({
  id: 'echo',
  genome: {
    entry: 'main',
    modules: [
      {
        name: 'main',
        code: {
          language: 'javascript',
          source: `import { setState, state } from 'petri:sandbox';
            export const echo = (value) => value;
            export const store = (value) => { setState(value); return null; };
            export const load = () => state;`,
        },
      },
    ],
  },
});

/** What a function answers, as JSON text. */
async function call(name: string, argumentsJson: string): Promise<string | undefined> {
  const target = { kind: 'call' as const, module: '', function: name, argumentsJson };
  const { outcome, valueJson, error } = await runtime.run('echo', { target });
  assert.equal(outcome, 'COMPLETED', JSON.stringify([error, argumentsJson]));
  return valueJson;
}

const member = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'then', 'length', '', '0', '-1'),
  fc.string({ unit: 'binary' }),
);
const { value: json } = fc.letrec<{ value: unknown; object: unknown; list: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary' }),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 5 }),
  // Entries rather than an object literal, so that "__proto__" is a member like any other.
  object: fc
    .array(fc.tuple(member, tie('value')), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries)),
}));

/** The same value, so many levels down. */
const nested = fc
  .tuple(json, fc.array(fc.boolean(), { maxLength: 22 }))
  .map(([value, levels]) => levels.reduce<unknown>((inner, list) => (list ? [inner] : { inner }), value));

suite('any JSON value', () => {
  test('comes back from a guest as it went there', async () => {
    await fc.assert(
      fc.asyncProperty(nested, async (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(JSON.parse((await call('echo', `[${text}]`)) ?? ''), JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  test('is kept as state as it was set', async () => {
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const text = JSON.stringify(value);
        await call('store', `[${text}]`);
        assert.deepEqual(JSON.parse((await call('load', '[]')) ?? ''), JSON.parse(text));
        assert.deepEqual(JSON.parse(runtime.export('echo').stateJson), JSON.parse(text));
      }),
      { numRuns: 100 },
    );
  });

  test('thirty levels deep is taken, one level more is refused with its place', async () => {
    const levels = (depth: number) => `[${'['.repeat(depth)}${']'.repeat(depth)}]`;
    assert.equal(await call('echo', levels(30)), levels(30).slice(1, -1));
    const target = { kind: 'call' as const, module: '', function: 'echo', argumentsJson: levels(31) };
    const { outcome, error } = await runtime.run('echo', { target });
    assert.deepEqual([outcome, error?.path], ['INVALID_RESULT', `$${'[0]'.repeat(30)}`]);
  });
});
