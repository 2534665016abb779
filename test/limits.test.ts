/** Every limit in a pair: what is just within it goes well, what is just beyond it does not. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  type CreateRequest,
  type Genome,
  type Limits,
  type Outcome,
  PetriError,
  type RunLimits,
} from '@petri/client';
import { until } from './support/until.ts';
import { type Box, failure, sharedNode, valueOf } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;
const MiB = 1024 * 1024;

const GENOME = `
  import { state } from 'petri:sandbox';
  export const echo = (value) => value;
  export const keep = (text) => { state.s = text; return 'kept'; };
  export const size = () => (state.s ?? '').length;
  export const say = (lines) => { for (const line of lines) console.log(line); return 'said'; };
  export const timers = (n) => { for (let i = 0; i < n; i++) setTimeout(() => {}, 1e9); return n; };
  export const spin = () => { for (;;); };
  export const burn = (ms) => { const end = Date.now() + ms; while (Date.now() < end); return ms; };
  export const heap = (n) => { const all = []; for (let i = 0; i < n; i++) all.push(new Array(1 << 17).fill(i + 0.5)); return all.length; };
  export const buffers = (n) => { const all = []; for (let i = 0; i < n; i++) all.push(new Uint8Array(1 << 20).fill(1)); return all.length; };
  export const memory = (pages) => new WebAssembly.Memory({ initial: pages }).buffer.byteLength / 65536;
  export const memories = (n) => { const all = []; for (let i = 0; i < n; i++) { all.push(new WebAssembly.Memory({ initial: 16 })); new Uint8Array(all[i].buffer).fill(1); } return all.length; };
`;

/** Text of so many bytes as UTF-8, in fewer characters. */
const text = (bytes: number) => 'é'.repeat(bytes >> 1) + 'x'.repeat(bytes & 1);

type Call = { name: string; args?: unknown[]; options?: RunLimits };

type Pair = {
  limit: keyof Limits;
  title: string;
  limits: Partial<Limits>;
  within: Call;
  beyond: Call;
  outcomes: Outcome[];
  said: RegExp;
};

/** Limits that end a run. Of time and memory "just beyond" is far enough to be told apart on a crowded machine. */
const RUNS: Pair[] = [
  {
    limit: 'executionTimeMs',
    title: 'wall time, which caps what a request asks for',
    limits: { executionTimeMs: 1_000 },
    within: { name: 'burn', args: [20], options: { timeoutMs: 60_000 } },
    beyond: { name: 'spin', options: { timeoutMs: 60_000 } },
    outcomes: ['TIMEOUT'],
    said: /still running/,
  },
  {
    limit: 'cpuTimeMs',
    title: 'CPU time, which caps what a request asks for',
    limits: { cpuTimeMs: 300 },
    within: { name: 'burn', args: [20], options: { cpuTimeMs: 60_000 } },
    beyond: { name: 'spin', options: { cpuTimeMs: 60_000, timeoutMs: 30_000 } },
    outcomes: ['CPU_LIMIT'],
    said: /its budget is 300 ms/,
  },
  {
    limit: 'memoryBytes',
    title: 'heap',
    limits: { memoryBytes: 32 * MiB },
    within: { name: 'heap', args: [12] },
    beyond: { name: 'heap', args: [4_000] },
    outcomes: ['MEMORY_LIMIT'],
    said: /heap reached its limit|out of memory|grew by/,
  },
  {
    limit: 'memoryBytes',
    title: 'heap below what isolated-vm can limit',
    limits: { memoryBytes: 2 * MiB },
    within: { name: 'heap', args: [1] },
    beyond: { name: 'heap', args: [6] },
    outcomes: ['MEMORY_LIMIT'],
    said: /heap/,
  },
  {
    limit: 'memoryBytes',
    title: 'external memory',
    limits: { memoryBytes: 32 * MiB },
    within: { name: 'buffers', args: [16] },
    beyond: { name: 'buffers', args: [1_000] },
    outcomes: ['MEMORY_LIMIT', 'THREW'],
    said: /heap reached its limit|out of memory|grew by|allocation failed/,
  },
  {
    limit: 'memoryBytes',
    title: 'memory of WebAssembly',
    limits: { memoryBytes: 32 * MiB },
    within: { name: 'memories', args: [16] },
    beyond: { name: 'memories', args: [1_000] },
    outcomes: ['MEMORY_LIMIT', 'THREW'],
    said: /heap reached its limit|out of memory|grew by|could not allocate/,
  },
  {
    limit: 'memoryBytes',
    title: 'one memory of WebAssembly, 2,048 pages whatever the sandbox',
    limits: {},
    within: { name: 'memory', args: [2_048] },
    beyond: { name: 'memory', args: [2_049] },
    outcomes: ['THREW'],
    said: /WebAssembly\.Memory/,
  },
  {
    limit: 'maxTasks',
    title: 'tasks',
    limits: { maxTasks: 7 },
    within: { name: 'timers', args: [7] },
    beyond: { name: 'timers', args: [8] },
    outcomes: ['THREW'],
    said: /more than 7 tasks are pending/,
  },
  {
    limit: 'outputBytes',
    title: 'result',
    limits: { outputBytes: 1_000 },
    within: { name: 'echo', args: [text(1_000 - 2)] },
    beyond: { name: 'echo', args: [text(1_001 - 2)] },
    outcomes: ['OUTPUT_LIMIT'],
    said: /the result is larger than its limit/,
  },
  {
    limit: 'stateBytes',
    title: 'state',
    limits: { stateBytes: 1_000 },
    within: { name: 'keep', args: [text(1_000 - 8)] },
    beyond: { name: 'keep', args: [text(1_001 - 8)] },
    outcomes: ['OUTPUT_LIMIT'],
    said: /the state is larger than its limit/,
  },
];

const run = (box: Box, { name, args = [], options = {} }: Call) =>
  box.run(name, args, { timeoutMs: 30_000, ...options });

suite('a run', () => {
  for (const { limit, title, limits, within, beyond, outcomes, said } of RUNS)
    test(`within ${limit} completes, and beyond it does not: ${title}`, async () => {
      const box = await node.box(GENOME, { limits });
      valueOf(await run(box, within));
      const result = await run(box, beyond);
      assert.ok(outcomes.includes(result.outcome), JSON.stringify(result));
      assert.match(result.receipt.reason, said);
      valueOf(await run(box, within));
    });

  test('beyond stateBytes leaves the state as it was', async () => {
    const box = await node.box(GENOME, { limits: { stateBytes: 100 } });
    valueOf(await run(box, { name: 'keep', args: ['short'] }));
    failure(await run(box, { name: 'keep', args: ['x'.repeat(200)] }), 'OUTPUT_LIMIT');
    assert.equal(await box.call('size'), 5);
  });
});

suite('logs', () => {
  const limits = { logBytes: 100 };

  test('within logBytes are whole, and the first line beyond it is dropped, with all that follow', async () => {
    const box = await node.box(GENOME, { limits });
    // Each line counts one byte for its end.
    const whole = await box.run('say', [[text(50 - 1), text(50 - 1)]]);
    assert.deepEqual(
      whole.logs?.lines.map(({ text: line }) => line),
      [text(49), text(49)],
    );
    assert.equal(whole.logs?.dropped, 0);
    const cut = await box.run('say', [[text(50 - 1), text(51 - 1), 'x']]);
    assert.deepEqual(
      cut.logs?.lines.map(({ text: line }) => line),
      [text(49)],
    );
    assert.equal(cut.logs?.dropped, 2);
  });

  test('of all cases of a suite share one logBytes', async () => {
    const box = await node.box(GENOME, { limits });
    const cases = (...sizes: number[]) => ({
      suite: { cases: sizes.map((bytes) => ({ function: 'say', arguments: [[text(bytes - 1)]] })) },
    });
    const whole = await sandboxes.evaluate(box.id, cases(50, 50));
    assert.deepEqual([whole.logs?.lines.length, whole.logs?.dropped], [2, 0]);
    const cut = await sandboxes.evaluate(box.id, cases(50, 51));
    assert.deepEqual([cut.logs?.lines.length, cut.logs?.dropped], [1, 1]);
  });

  test('of 0 bytes are none', async () => {
    const box = await node.box(GENOME, { limits: { logBytes: 0 } });
    const { logs } = await box.run('say', [['']]);
    assert.deepEqual([logs?.lines.length, logs?.dropped], [0, 1]);
  });
});

/** The fields that a call is refused for; none if it is not. */
async function refusedFor(call: Promise<unknown>): Promise<string[]> {
  try {
    await call;
    return [];
  } catch (thrown) {
    assert.ok(thrown instanceof PetriError && thrown.code === 'invalid_argument', String(thrown));
    return thrown.violations.map(({ field }) => field);
  }
}

/** JavaScript of so many bytes that does nothing. */
const code = (bytes: number) => `//${text(bytes - 2)}`;
/** A fitness program of so many bytes. */
const program = (bytes: number) => `export default () => 1;//${text(bytes - 25)}`;
const modules = (n: number): Genome => ({
  entry: 'm0',
  modules: Array.from({ length: n }, (_, index) => ({ name: `m${index}`, javascript: '' })),
});
const create = (genome: Genome, options: CreateRequest = {}) => sandboxes.create({ genome, ...options });
const LARGE = { limits: { sourceBytes: 100 * MiB } };

type Request = (over: 0 | 1) => Promise<unknown>;

/** Limits of requests: refused before anything runs. */
const REQUESTS: [title: string, field: string, request: Request][] = [
  ['sourceBytes', 'modules', (over) => create(code(2_000 + over), { limits: { sourceBytes: 2_000 } })],
  [
    'sourceBytes of all modules together',
    'modules',
    (over) =>
      create(
        { modules: [{ javascript: code(1_500) }, { name: 'b', typescript: code(500 + over) }] },
        { limits: { sourceBytes: 2_000 } },
      ),
  ],
  [
    'sourceBytes of a reload',
    'modules',
    async (over) => {
      const { id } = await create(code(1_000), { limits: { sourceBytes: 2_000 } });
      return sandboxes.reload(id, { name: 'b', javascript: code(1_000 + over) });
    },
  ],
  [
    'sourceBytes of a state handler',
    'state_handler',
    async (over) => {
      const { id } = await create(code(2_000), { limits: { sourceBytes: 2_000 } });
      const stateHandler = `(state) => state/*${text(2_000 + over - 20)}*/`;
      return sandboxes.reload(id, code(1_999), { stateHandler });
    },
  ],
  [
    'sourceBytes of an expression',
    'spec.expression',
    async (over) => {
      const { id } = await create('', { limits: { sourceBytes: 2_000 } });
      return sandboxes.runExpression(id, `1/*${text(2_000 + over - 5)}*/`);
    },
  ],
  [
    'sourceBytes of profile HIGH, 1 MiB',
    'modules',
    (over) => create(code(MiB + over), { ...LARGE, securityProfile: 'HIGH' }),
  ],
  ['sourceBytes of profile MEDIUM, 5 MiB', 'modules', (over) => create(code(5 * MiB + over), LARGE)],
  ['maxModules', 'modules', (over) => create(modules(5 + over), { limits: { maxModules: 5 } })],
  [
    'argumentBytes',
    'spec.call.arguments',
    async (over) => {
      const { id } = await create(GENOME, { limits: { argumentBytes: 2_000 } });
      return sandboxes.run(id, 'echo', [text(2_000 + over - 4)]);
    },
  ],
  [
    'argumentBytes of a case',
    'spec.suite.cases[1].call.arguments',
    async (over) => {
      const { id } = await create(GENOME, { limits: { argumentBytes: 2_000 } });
      const cases = [0, over].map((more) => ({ function: 'echo', arguments: [text(2_000 + more - 4)] }));
      return sandboxes.evaluate(id, { suite: { cases } });
    },
  ],
  [
    'argumentBytes of a one-shot candidate',
    'spec.suite.cases[0].call.arguments',
    async (over) => {
      const spec = { suite: { cases: [{ function: 'echo', arguments: [text(2_000 + over - 4)] }] } };
      const options = { limits: { argumentBytes: 2_000 } };
      for await (const { error } of sandboxes.evaluateSources([{ genome: GENOME }], spec, options))
        if (error !== undefined) throw error;
    },
  ],
  [
    'sourceBytes of a fitness program',
    'spec.program.javascript',
    async (over) => {
      const { id } = await create(GENOME, { limits: { sourceBytes: 3_000 } });
      return sandboxes.evaluate(id, { program: { javascript: program(3_000 + over) } });
    },
  ],
  [
    'sourceBytes of the data of a fitness program',
    'spec.program.data',
    async (over) => {
      const { id } = await create(GENOME, { limits: { sourceBytes: 3_000 } });
      return sandboxes.evaluate(id, { program: { javascript: program(100), data: text(3_000 + over - 2) } });
    },
  ],
  [
    'stateBytes at the start',
    'state',
    (over) => sandboxes.create({ state: { s: text(1_000 + over - 8) }, limits: { stateBytes: 1_000 } }),
  ],
];

suite('a request', () => {
  for (const [title, field, request] of REQUESTS)
    test(`within ${title} is taken, and one byte or one piece beyond it is refused`, async () => {
      assert.deepEqual(await refusedFor(request(0)), []);
      assert.deepEqual(await refusedFor(request(1)), [field]);
    });

  test('without WebAssembly is taken by HIGH, and one with it is refused', async () => {
    const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const genome = { modules: [{ wasm: empty }] };
    assert.deepEqual(await refusedFor(create(genome)), []);
    assert.deepEqual(await refusedFor(create(genome, { securityProfile: 'HIGH' })), ['modules']);
  });

  test('for the largest profile is bounded by sourceBytes alone', async () => {
    const options = { ...LARGE, securityProfile: 'LOW' } as const;
    assert.deepEqual(await refusedFor(create(code(5 * MiB + 1), options)), []);
  });
});

test('calls of a fitness program take argumentBytes, and not one byte more', async () => {
  const { id } = await create(GENOME, { limits: { argumentBytes: 2_000 } });
  const evaluate = (bytes: number) =>
    sandboxes.evaluate(id, {
      program: {
        javascript: `export default async (c, { data }) => (await c.call('echo', data), 1);`,
        data: text(bytes - 4),
      },
    });
  assert.equal((await evaluate(2_000)).score, 1);
  await assert.rejects(evaluate(2_001), (thrown: PetriError) => {
    assert.match(thrown.message, /the arguments of "echo" have more than 2000 bytes as JSON/);
    return thrown.reason === 'FITNESS_PROGRAM_FAILED';
  });
});

test('expressions do not pile up in a realm: it is made anew, with the state as it is', async () => {
  const box = await node.box(`
    import { state } from 'petri:sandbox';
    let calls = 0;
    export const next = () => [++calls, (state.n = (state.n ?? 0) + 1)];`);
  const values = [];
  for (let n = 0; n < 6; n++) values.push(valueOf(await box.expression(`next()/*${'x'.repeat(MiB)}${n}*/`)));
  assert.deepEqual(
    values,
    [1, 2, 3, 4, 1, 2].map((calls, index) => [calls, index + 1]),
  );
});

test('a queue takes maxQueuedRuns beside the one that runs, and not one more', async () => {
  const box = await node.box(GENOME, { limits: { maxQueuedRuns: 3 } });
  const caller = new AbortController();
  const running = sandboxes.run(box.id, 'spin', [], { timeoutMs: 60_000, signal: caller.signal });
  await until('it runs', async () => (await sandboxes.usage(box.id)).queuedRuns === 1);
  const waiting = Array.from({ length: 3 }, (_, n) => box.run('echo', [n]));
  await until('three wait', async () => (await sandboxes.usage(box.id)).queuedRuns === 4);
  await assert.rejects(box.run('echo'), (thrown) => {
    assert.ok(thrown instanceof PetriError);
    assert.deepEqual([thrown.code, thrown.reason], ['resource_exhausted', 'QUEUE_FULL']);
    return (thrown.retryAfterMs ?? 0) > 0;
  });
  caller.abort();
  await assert.rejects(running, { code: 'cancelled' });
  assert.deepEqual((await Promise.all(waiting)).map(valueOf), [0, 1, 2]);
  assert.equal(await box.call('echo', 'again'), 'again');
});

test('of each module versionsKept stay, and the next evicts the oldest', async () => {
  const source = (n: number) => `export const f = () => ${n};`;
  const box = await node.box(source(1), { limits: { versionsKept: 3 } });
  await sandboxes.reload(box.id, source(2));
  await sandboxes.reload(box.id, source(3));
  const kept = async () => (await sandboxes.versions(box.id)).versions.map(({ version }) => version);
  assert.deepEqual(await kept(), [3, 2, 1]);
  await sandboxes.reload(box.id, source(4));
  assert.deepEqual(await kept(), [4, 3, 2]);
  await assert.rejects(sandboxes.rollback(box.id, { version: 1 }), { reason: 'MODULE_VERSION_NOT_FOUND' });
  await sandboxes.rollback(box.id, { version: 2 });
  assert.equal(await box.call('f'), 2);
});

test('limits themselves are taken at both ends of their ranges, and every one beyond is listed', async () => {
  const ranges: Record<keyof Limits, [min: number, max: number]> = {
    memoryBytes: [MiB, 2048 * MiB],
    maxTasks: [1, 10_000],
    maxQueuedRuns: [1, 100_000],
    executionTimeMs: [1, 3_600_000],
    cpuTimeMs: [1, 3_600_000],
    sourceBytes: [1024, 100 * MiB],
    maxModules: [1, 1_024],
    argumentBytes: [1024, 16 * MiB],
    outputBytes: [16, 16 * MiB],
    logBytes: [0, 4 * MiB],
    stateBytes: [2, 16 * MiB],
    versionsKept: [1, 100],
  };
  const pick = (choose: (range: [number, number]) => number) =>
    Object.fromEntries(Object.entries(ranges).map(([name, range]) => [name, choose(range)])) as Limits;
  for (const limits of [pick(([min]) => min), pick(([, max]) => max)])
    assert.deepEqual((await sandboxes.create({ limits })).limits, limits);
  const fields = Object.keys(ranges).map(
    (name) => `limits.${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
  );
  assert.deepEqual(await refusedFor(sandboxes.create({ limits: pick(([, max]) => max + 1) })), fields);
  const { logBytes: _, ...below } = pick(([min]) => min - 1);
  assert.deepEqual(
    await refusedFor(sandboxes.create({ limits: below })),
    fields.filter((field) => field !== 'limits.log_bytes'),
  );
});
