import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { existingSandbox, type SandboxStatus } from '@petri/client';
import { PetriError } from '@petri/core';
import { type Box, failure, sharedNode } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;
const ONE = 'export const f = () => 1;';

/** Rejects with a PetriError, which is answered. */
async function refusal(call: Promise<unknown>): Promise<PetriError> {
  try {
    await call;
  } catch (thrown) {
    assert.ok(thrown instanceof PetriError, String(thrown));
    return thrown;
  }
  throw new assert.AssertionError({ message: 'the call was not refused' });
}

const reaches = (id: string, status: SandboxStatus) =>
  until(
    `${id} is ${status}`,
    async () => (await sandboxes.get(id).catch(() => undefined))?.status === status,
  );

suite('creation', () => {
  test('answers the whole record, with the limits in force', async () => {
    const created = await sandboxes.create({
      id: 'whole.record_1:a-b',
      genome: { modules: [{ name: 'entry', typescript: 'export const f = (n: number): number => n;' }] },
      population: 'people',
      labels: { colour: 'red' },
      limits: { memoryBytes: 32 * 1024 * 1024 },
    });
    assert.partialDeepStrictEqual(created, {
      id: 'whole.record_1:a-b',
      status: 'RUNNING',
      isolation: 'ISOLATE',
      securityProfile: 'MEDIUM',
      population: 'people',
      labels: { colour: 'red' },
      entry: 'entry',
      restartCount: 0,
    });
    assert.equal(created.limits.memoryBytes, 32 * 1024 * 1024);
    assert.equal(created.limits.maxTasks, 100);
    assert.deepEqual(
      created.modules.map(({ module, version, language, active }) => [module, version, language, active]),
      [['entry', 1, 'TYPESCRIPT', true]],
    );
    assert.match(created.modules[0]?.sha256 ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(await sandboxes.get('whole.record_1:a-b'), created);
  });

  test('gives an id to a sandbox without one', async () => {
    const [one, other] = await Promise.all([sandboxes.create(), sandboxes.create()]);
    assert.notEqual(one.id, other.id);
    assert.equal((await sandboxes.get(one.id)).status, 'RUNNING');
  });

  test('takes ids at their limits and refuses those beyond, with everything else that is wrong', async () => {
    assert.equal((await sandboxes.create({ id: 'a'.repeat(128) })).id.length, 128);
    for (const id of ['a'.repeat(129), '-a', '.a', 'a b', 'a/b', 'ä', 'a\n', '../a'])
      assert.equal((await refusal(sandboxes.create({ id }))).code, 'invalid_argument', id);
    const error = await refusal(
      sandboxes.create({ id: 'no good', population: '!', limits: { maxTasks: 0, memoryBytes: 1 } }),
    );
    const fields = error.violations.map(({ field }) => field);
    for (const field of ['id', 'population', 'limits.max_tasks', 'limits.memory_bytes'])
      assert.ok(fields.includes(field), `${field} is not among ${fields.join(', ')}`);
  });

  test('of an id that is taken is ALREADY_EXISTS, with the sandbox that has it', async () => {
    const box = await node.box(ONE, { id: 'taken', labels: { first: 'yes' } });
    const error = await refusal(sandboxes.create({ id: 'taken', genome: 'export const f = () => 2;' }));
    assert.equal(error.code, 'already_exists');
    assert.equal(error.reason, 'SANDBOX_ALREADY_EXISTS');
    assert.deepEqual(existingSandbox(error), await box.get());
    assert.equal(await box.call('f'), 1);
  });

  test('of the same id twice at once succeeds once', async () => {
    const attempts = Array.from({ length: 8 }, () => sandboxes.create({ id: 'race', genome: ONE }));
    const settled = await Promise.allSettled(attempts);
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  test('with the same request id is done once', async () => {
    const request = { id: 'once', genome: ONE, requestId: 'r-1' };
    assert.deepEqual(await sandboxes.create(request), await sandboxes.create(request));
  });

  test('of code that cannot be loaded leaves nothing, and says why', async () => {
    for (const [id, genome, reason] of [
      ['bad-syntax', 'export const = ;', 'COMPILE_FAILED'],
      ['bad-import', 'import "nothing"; export {};', 'LINK_FAILED'],
      ['bad-export', 'import { missing } from "main"; export const f = missing;', 'LINK_FAILED'],
      ['bad-body', 'throw new RangeError("at load");', 'EVALUATE_FAILED'],
      ['bad-start', 'export function start() { throw new RangeError("at start"); }', 'START_FAILED'],
    ] as const) {
      await assert.rejects(sandboxes.create({ id, genome }), { code: 'failed_precondition', reason }, id);
      await assert.rejects(sandboxes.get(id), { code: 'not_found' });
    }
  });

  test('of a module whose top-level await does not settle is refused, whatever it exports', async () => {
    for (const genome of [
      'await new Promise(() => {}); export const f = () => 1;',
      'export function f() { return later; } await new Promise(() => {}); const later = 1;',
      'export function f() { return 1; } await Promise.reject(new Error("no"));',
    ])
      await assert.rejects(sandboxes.create({ genome }), { reason: 'EVALUATE_FAILED' }, genome);
    const box = await node.box('export function f() { return later; } await null; const later = 1;');
    assert.equal(await box.call('f'), 1);
  });

  test('that hangs while it loads ends at its deadline', async () => {
    for (const [id, genome] of [
      ['slow-body', 'for (;;);'],
      ['slow-start', 'export function start() { for (;;); }'],
      ['slow-import', 'let n = 2n ** 64n; for (;;) n *= n;'],
    ] as const) {
      const error = await refusal(sandboxes.create({ id, genome, loadTimeoutMs: 100 }));
      assert.deepEqual([error.code, error.reason], ['failed_precondition', 'LOAD_TIMEOUT'], error.message);
      assert.equal((await refusal(sandboxes.get(id))).code, 'not_found');
    }
  });

  test('of a hundred sandboxes at once keeps them apart', async () => {
    const boxes = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        node.box(`import { state } from 'petri:sandbox';
          export const who = () => { state.n = (state.n ?? 0) + ${n}; return [${n}, state.n]; };`),
      ),
    );
    const answers = await Promise.all(boxes.map((box) => box.call('who')));
    assert.deepEqual(
      answers,
      boxes.map((_, n) => [n, n]),
    );
    const again = await Promise.all(boxes.map((box) => box.call('who')));
    assert.deepEqual(
      again,
      boxes.map((_, n) => [n, 2 * n]),
    );
  });

  test('calls start() once, and stop() on destruction', async () => {
    const box = await node.box(`
      import { state } from 'petri:sandbox';
      export async function start() { await null; state.started = (state.started ?? 0) + 1; }
      export const started = () => state.started;
      export function stop() { throw new Error('stopped with ' + state.started); }
    `);
    assert.equal(await box.call('started'), 1);
    assert.equal(await box.call('started'), 1);
    const destroyed = await sandboxes.destroy(box.id);
    assert.equal(destroyed?.sandbox.status, 'STOPPED');
    assert.equal(destroyed?.stopError?.message, 'stopped with 1');
  });
});

suite('the status', () => {
  // Node's timers run for a guest, so the next steps come at once and last as long as these say.
  const slow = (step: 'start' | 'stop' | 'migrate') => `import { sleep } from 'petri:sandbox';
    export const f = () => 1;
    export const ${step} = async (state) => { await sleep(2_000); return state; };`;

  test('is COMPILING while modules are evaluated, STARTING while start() runs, then RUNNING', async () => {
    const busy = 'const until = Date.now() + 2_000; while (Date.now() < until);';
    const created = sandboxes.create({ id: 'slow', genome: busy + slow('start') });
    await reaches('slow', 'COMPILING');
    await reaches('slow', 'STARTING');
    await created;
    assert.equal((await sandboxes.get('slow')).status, 'RUNNING');
  });

  test('is RELOADING during a reload, and what it was after one that fails', async () => {
    const box = await node.box('export const f = () => 1;');
    const reloaded = sandboxes.reload(box.id, slow('migrate'));
    await reaches(box.id, 'RELOADING');
    await reloaded;
    assert.equal((await box.get()).status, 'RUNNING');
    const failing = sandboxes.reload(
      box.id,
      `import { sleep } from 'petri:sandbox'; export async function migrate() { await sleep(2_000); throw 1; }`,
    );
    await reaches(box.id, 'RELOADING');
    await refusal(failing);
    assert.equal((await box.get()).status, 'RUNNING');
  });

  test('is COMPILING and STARTING during a restart too', async () => {
    const box = await node.box(slow('start'));
    const restarted = sandboxes.restart(box.id);
    await reaches(box.id, 'STARTING');
    assert.equal((await restarted).restartCount, 1);
    assert.equal((await box.get()).status, 'RUNNING');
  });

  test('is STOPPING while stop() runs, and runs are refused then', async () => {
    const box = await node.box(slow('stop'));
    const destroyed = sandboxes.destroy(box.id);
    await reaches(box.id, 'STOPPING');
    const error = await refusal(box.call('f'));
    assert.equal(error.reason, 'SANDBOX_STOPPING');
    assert.equal((await destroyed)?.sandbox.status, 'STOPPED');
    assert.equal((await refusal(box.get())).code, 'not_found');
  });

  test('is counted in the status of the node', async () => {
    const box = await node.box(slow('stop'));
    const before = (await node.status()).sandboxes['STOPPING'] ?? 0;
    const destroyed = sandboxes.destroy(box.id);
    await reaches(box.id, 'STOPPING');
    assert.equal((await node.status()).sandboxes['STOPPING'], before + 1);
    await destroyed;
  });
});

suite('restart', () => {
  test('keeps reloaded code and committed state, loses what was only in memory', async () => {
    const box = await node.box(ONE);
    await sandboxes.reload(
      box.id,
      `import { state } from 'petri:sandbox';
       let memory = 0;
       export const f = () => [++memory, state.n = (state.n ?? 0) + 1];`,
    );
    assert.deepEqual(await box.call('f'), [1, 1]);
    assert.deepEqual(await box.call('f'), [2, 2]);
    assert.equal((await sandboxes.restart(box.id)).restartCount, 1);
    assert.deepEqual(await box.call('f'), [1, 3]);
    await sandboxes.restart(box.id, { resetState: true });
    assert.deepEqual(await box.call('f'), [1, 1]);
  });

  test('that fails puts the sandbox into ERROR with the reason; other code revives it', async () => {
    const box = await node.box(
      `import { state } from 'petri:sandbox';
       export const f = () => { state.broken = true; return 1; };
       export function start() { if (state.broken) throw new Error('cannot start'); }`,
    );
    await box.call('f');
    await refusal(sandboxes.restart(box.id));
    const broken = await box.get();
    assert.equal(broken.status, 'ERROR');
    const failed = await Array.fromAsync(sandboxes.list({ statuses: ['ERROR'] }));
    assert.deepEqual(
      failed.map(({ id }) => id),
      [box.id],
    );
    assert.equal(broken.error?.reason, 'START_FAILED');
    assert.match(broken.error?.message ?? '', /cannot start/);
    assert.equal((await refusal(box.call('f'))).reason, 'SANDBOX_ERROR');
    await sandboxes.reload(box.id, 'export const f = () => 2;');
    assert.equal((await box.get()).status, 'RUNNING');
    assert.equal((await box.get()).error, undefined);
    assert.equal(await box.call('f'), 2);
  });
});

suite('destruction', () => {
  const SLEEPY = `import { sleep } from 'petri:sandbox';
    export const nap = async (ms) => { await sleep(ms); return 'rested'; };
    export const spin = () => { for (;;); };
    export const hang = () => { let n = 2n ** 64n; for (;;) n *= n; };`;
  const underWay = (box: Box) =>
    until('a run is under way', async () => (await sandboxes.usage(box.id)).queuedRuns > 0);

  test('waits for the run in flight; what is queued behind a change is cancelled', async () => {
    const box = await node.box(SLEEPY);
    const running = box.run('nap', [1_500]);
    await underWay(box);
    const destroyed = sandboxes.destroy(box.id);
    assert.equal((await running).outcome, 'COMPLETED');
    assert.equal((await destroyed)?.sandbox.status, 'STOPPED');
  });

  test('ends a run that outlasts the grace time, which is CANCELLED', async () => {
    for (const name of ['nap', 'spin', 'hang']) {
      const box = await node.box(SLEEPY);
      const running = box.run(name, [60_000]);
      await underWay(box);
      await sandboxes.destroy(box.id, { graceMs: 50 });
      const ended = await running;
      failure(ended, 'CANCELLED');
      assert.equal(ended.receipt.reason, 'the sandbox is being destroyed');
    }
  });

  test('twice at once answers both; afterwards NOT_FOUND, or nothing if that is allowed', async () => {
    const box = await node.box(ONE);
    const [one, other] = await Promise.all([sandboxes.destroy(box.id), sandboxes.destroy(box.id)]);
    assert.equal(one?.sandbox.status, 'STOPPED');
    assert.equal(other?.sandbox.status, 'STOPPED');
    assert.equal((await refusal(sandboxes.destroy(box.id))).code, 'not_found');
    assert.equal(await sandboxes.destroy(box.id, { allowMissing: true }), undefined);
    assert.equal((await refusal(box.call('f'))).code, 'not_found');
  });

  test('frees the id for another', async () => {
    const box = await node.box(ONE, { id: 'again', state: { old: true } });
    await sandboxes.destroy(box.id);
    const next = await node.box('import { state } from "petri:sandbox"; export const f = () => state;', {
      id: 'again',
    });
    assert.deepEqual(await next.call('f'), {});
  });
});

suite('batches over sandboxes', () => {
  test('create, reload and destroy item by item: failures stay with theirs', async () => {
    const created = await sandboxes.batchCreate([
      { id: 'batch-1', genome: ONE },
      { id: 'batch bad' },
      { id: 'batch-1', genome: ONE },
      { id: 'batch-3', genome: 'export const = ;' },
      { id: 'batch-4', genome: ONE },
    ]);
    assert.deepEqual(
      created.map(({ index, sandbox, error }) => [index, sandbox?.status ?? error?.code]),
      [
        [0, 'RUNNING'],
        [1, 'invalid_argument'],
        [2, 'already_exists'],
        [3, 'failed_precondition'],
        [4, 'RUNNING'],
      ],
    );
    const reloaded = await sandboxes.batchReload([
      { id: 'batch-1', modules: 'export const f = () => 2;' },
      { id: 'batch-2', modules: ONE },
      { id: 'batch-4', modules: 'throw 1;' },
      { id: 'batch-1', modules: 'export const f = () => 2;' },
    ]);
    assert.deepEqual(
      reloaded.map(({ reload, error }) => reload?.result ?? error?.code),
      ['RELOADED', 'not_found', 'failed_precondition', 'NO_CHANGE'],
    );
    assert.equal(await sandboxes.call('batch-1', 'f'), 2);
    assert.equal(await sandboxes.call('batch-4', 'f'), 1);
    const destroyed = await sandboxes.batchDestroy(['batch-1', 'batch-2', 'batch-4']);
    assert.deepEqual(
      destroyed.map(({ id, sandbox, error }) => [id, sandbox?.status ?? error?.code]),
      [
        ['batch-1', 'STOPPED'],
        ['batch-2', 'not_found'],
        ['batch-4', 'STOPPED'],
      ],
    );
  });
});
