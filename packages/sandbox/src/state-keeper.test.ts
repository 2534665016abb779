import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { resourceExhausted } from '@petri/core';
import { until } from '../../../test/support/until.ts';
import { startSandboxRuntime } from './start.ts';
import type { SandboxStore, StoredSandbox } from './store.ts';
import type { SandboxRuntime } from './api/runtime.ts';

const SOURCE = `
  import { state } from 'petri:sandbox';
  export const add = () => { state.count = (state.count ?? 0) + 1; return state.count; };
  export const count = () => state.count ?? 0;`;

const genomeOf = (source: string) => ({
  modules: [{ name: 'main', code: { language: 'javascript' as const, source } }],
  entry: 'main',
});

/** A store that can be full, and answers when it is told to. */
class FakeStore implements SandboxStore {
  readonly kept = new Map<string, StoredSandbox>();
  full = false;
  /** Answers wait for it. */
  busy: Promise<void> = Promise.resolve();

  async *load(): AsyncIterable<StoredSandbox> {}

  put(stored: StoredSandbox): Promise<void> {
    return this.#unlessFull(() => this.kept.set(stored.identity.id, stored));
  }

  putState(id: string, stateJson: string, revision: number): Promise<void> {
    return this.#unlessFull(() => {
      const stored = this.kept.get(id);
      if (stored !== undefined) this.kept.set(id, { ...stored, stateJson, revision });
    });
  }

  remove(id: string): Promise<void> {
    return this.#unlessFull(() => this.kept.delete(id));
  }

  async #unlessFull(work: () => unknown): Promise<void> {
    const { full } = this;
    await this.busy;
    if (full) throw resourceExhausted('DISK_FULL', 'the disk is full');
    work();
  }
}

suite('with a store that is full', () => {
  const store = new FakeStore();
  const refused = { code: 'resource_exhausted', reason: 'DISK_FULL' };
  let runtime: SandboxRuntime;

  before(async () => {
    runtime = await startSandboxRuntime({ workers: 1, spares: 0, warmRealms: 1, store });
  });
  after(() => runtime.close());

  const run = async (name: string): Promise<unknown> => {
    const target = { kind: 'call' as const, module: '', function: name, argumentsJson: '[]' };
    const result = await runtime.run('box', { target });
    assert.equal(result.outcome, 'COMPLETED');
    return JSON.parse(result.valueJson ?? 'null');
  };

  beforeEach(async () => {
    store.full = false;
    store.busy = Promise.resolve();
    if (store.kept.has('box')) await runtime.destroy('box');
    await runtime.create({ id: 'box', genome: genomeOf(SOURCE) });
    assert.equal(await run('add'), 1);
    store.full = true;
  });

  test('nothing is created', async () => {
    await assert.rejects(runtime.create({ id: 'new', genome: genomeOf(SOURCE) }), refused);
    await assert.rejects(runtime.create({ id: 'empty' }), refused);
    assert.throws(() => runtime.get('new'), { code: 'not_found' });
    assert.throws(() => runtime.get('empty'), { code: 'not_found' });
    store.full = false;
    await runtime.create({ id: 'new', genome: genomeOf(SOURCE) });
    await runtime.destroy('new');
  });

  test('a run that changes the state is refused and leaves no trace; one that only reads is not', async () => {
    await assert.rejects(run('add'), refused);
    assert.equal(await run('count'), 1);
    store.full = false;
    assert.equal(await run('add'), 2);
    assert.equal(store.kept.get('box')?.stateJson, '{"count":2}');
  });

  test('no run is answered that built on a state which was not kept', async () => {
    const answer = Promise.withResolvers<void>();
    store.busy = answer.promise;
    const runs = [run('add'), run('add'), run('count')];
    const settled = Promise.allSettled(runs);
    await until('all are done, and wait for the store', async () => (await runtime.usage('box')).runs === 4);
    answer.resolve();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal(await run('count'), 1);
  });

  test('a reload is refused, and the old code runs on with its state', async () => {
    const other = SOURCE.replace('state.count ?? 0', '-1');
    await assert.rejects(runtime.reload('box', { modules: genomeOf(other).modules }), refused);
    assert.equal(await run('count'), 1);
    const { activeVersion, totalVersions } = runtime.moduleHistory('box', '');
    assert.deepEqual([activeVersion, totalVersions], [1, 1]);
  });

  test('limits stay as they were', async () => {
    const { limits } = runtime.get('box');
    await assert.rejects(runtime.updateLimits('box', { maxTasks: 3 }), refused);
    assert.deepEqual(runtime.get('box').limits, limits);
  });

  test('nothing is destroyed: it would be back with the next node', async () => {
    await assert.rejects(runtime.destroy('box'), refused);
    assert.equal(runtime.get('box').status, 'RUNNING');
    assert.equal(await run('count'), 1);
    store.full = false;
    await runtime.destroy('box');
    assert.equal(store.kept.has('box'), false);
  });
});
