import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { IndividualSandboxes } from '../individuals.ts';
import { openRegistry, type Registry } from '../registry.ts';
import type { GarbageReport } from './collector.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { DEFAULT_RULES } from './policy.ts';
import type { CollectableSandboxes, SandboxActivity } from './sandboxes.ts';

const MINUTE = 60_000;

class Clock {
  ms = 1_000_000;
  now = () => this.ms;
  monotonic = () => this.ms;
}

/** Sandboxes as a collector sees them. */
class Sandboxes implements CollectableSandboxes, IndividualSandboxes {
  readonly all = new Map<string, SandboxActivity>();
  usedBytes = 0;
  /** Runs before anything is destroyed. */
  onDestroy: (id: string, hurried: boolean) => void | Promise<void> = () => undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(id: string, over: Partial<SandboxActivity> = {}): void {
    const now = this.#clock.now();
    const base = {
      tenant: '',
      createdAtMs: now,
      usedAtMs: now,
      busy: false,
      failedAtMs: undefined,
      residentBytes: 0,
    };
    this.all.set(id, { id, ...base, ...over });
  }

  ids(): string[] {
    return [...this.all.keys()];
  }

  activity(id: string): SandboxActivity | undefined {
    return this.all.get(id);
  }

  tenantOf(id: string): string | undefined {
    return this.all.get(id)?.tenant;
  }

  genomeOf = () => undefined;

  hibernate(id: string): boolean {
    const found = this.all.get(id)!;
    this.usedBytes -= found.residentBytes;
    this.all.set(id, { ...found, residentBytes: 0 });
    return true;
  }

  async destroy(id: string, { hurried }: { hurried: boolean }): Promise<void> {
    this.all.set(id, { ...this.all.get(id)!, busy: true });
    await this.onDestroy(id, hurried);
    this.all.delete(id);
  }

  memory() {
    return { usedBytes: this.usedBytes, budgetBytes: 1000 };
  }
}

async function setting() {
  const clock = new Clock();
  const sandboxes = new Sandboxes(clock);
  const store = new MemoryStore();
  const registry = await openRegistry({ clock, sandboxes, store });
  const reports: GarbageReport[] = [];
  const onReport = (report: GarbageReport) => void reports.push(report);
  const collector = registry.collector({ sandboxes, rules: DEFAULT_RULES, onReport });
  return { clock, registry, sandboxes, collector, reports, store };
}

const reasons = ({ collected }: GarbageReport) =>
  Object.fromEntries(collected.map(({ id, reason }) => [id, reason]));

/** Generations of one member each: g0, g1, … */
async function generations(registry: Registry, sandboxes: Sandboxes, count: number): Promise<void> {
  await registry.populations.create({ id: 'p' });
  for (let at = 0; at < count; at++) {
    sandboxes.add(`g${at}`);
    const newcomers = [{ id: `g${at}` }];
    if (at === 0) await registry.populations.addMembers('p', newcomers);
    else await registry.populations.advance('p', { survivors: [], newcomers });
  }
}

suite('collecting garbage', () => {
  test('keeps three generations, and forgets those whose sandboxes are gone', async () => {
    const { registry, sandboxes, collector, reports } = await setting();
    await generations(registry, sandboxes, 6);
    const dry = await collector.collect({ dryRun: true });
    assert.deepEqual(reasons(dry), { g0: 'GENERATION', g1: 'GENERATION', g2: 'GENERATION' });
    assert.deepEqual([dry.dryRun, sandboxes.all.size, reports.length], [true, 6, 0]);
    const report = await collector.collect();
    assert.deepEqual(reasons(report), reasons(dry));
    assert.deepEqual(sandboxes.ids(), ['g3', 'g4', 'g5']);
    assert.deepEqual((await collector.collect()).collected, []);
    assert.equal(reports.length, 2);
  });

  test('what is pinned or busy is spared, also if it became so after it was looked at', async () => {
    const { registry, sandboxes, collector } = await setting();
    await generations(registry, sandboxes, 8);
    await registry.pins.pin(['g0'], 'to be shown');
    sandboxes.add('g1', { busy: true });
    sandboxes.onDestroy = (id) => {
      if (id !== 'g2') return;
      sandboxes.add('g3', { busy: true });
      void registry.pins.pin(['g4'], '');
    };
    const report = await collector.collect();
    assert.deepEqual(reasons(report), { g2: 'GENERATION' });
    assert.equal(report.spared, 2);
    await registry.pins.unpin(['g0']);
    assert.deepEqual(reasons(await collector.collect()), { g0: 'GENERATION' });
  });

  test('those of a deleted population go, unless they are in another or join one in time', async () => {
    const { clock, registry, sandboxes, collector } = await setting();
    const { populations } = registry;
    for (const id of ['p', 'q']) await populations.create({ id });
    for (const id of ['a', 'b', 'c']) sandboxes.add(id);
    await populations.addMembers('p', [{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    await populations.addMembers('q', [{ id: 'b' }]);
    await populations.delete('p');
    assert.deepEqual((await collector.collect()).collected, []);
    await populations.addMembers('q', [{ id: 'c' }]);
    clock.ms += 10 * MINUTE;
    assert.deepEqual(reasons(await collector.collect()), { a: 'ABANDONED' });
  });

  test('where memory is short, the least recently used hibernate, and only then anybody goes', async () => {
    const { clock, registry, sandboxes, collector } = await setting();
    await generations(registry, sandboxes, 2);
    for (const [at, id] of ['old', 'mid', 'new'].entries())
      sandboxes.add(id, { residentBytes: 400, usedAtMs: clock.ms + at });
    sandboxes.add('busy', { residentBytes: 400, busy: true, usedAtMs: 0 });
    sandboxes.usedBytes = 1600;
    const first = await collector.collect();
    assert.deepEqual([first.hibernated, first.collected], [['old', 'mid'], []]);
    sandboxes.usedBytes = 1600;
    const second = await collector.collect();
    assert.deepEqual([second.hibernated, second.collected], [['new'], []]);
    sandboxes.usedBytes = 1600;
    assert.deepEqual(reasons(await collector.collect()), { g0: 'MEMORY' });
  });

  test('a sandbox that cannot be destroyed is reported, and the others go', async () => {
    const { clock, sandboxes, collector } = await setting();
    for (const id of ['a', 'b', 'c']) sandboxes.add(id);
    clock.ms += DEFAULT_RULES.idleMs;
    sandboxes.onDestroy = (id) => {
      if (id === 'b') throw new Error('no');
    };
    const report = await collector.collect();
    assert.deepEqual(reasons(report), { a: 'IDLE', c: 'IDLE' });
    assert.deepEqual(report.failed, [{ id: 'b', reason: 'IDLE' }]);
  });

  test('a sweep over 10,000 gives everything else its turn every few hundred', async () => {
    const { sandboxes, collector } = await setting();
    for (let at = 0; at < 10_000; at++) sandboxes.add(`s${at}`);
    let longest = 0;
    let since = 0;
    const activity = sandboxes.activity.bind(sandboxes);
    sandboxes.activity = (id) => {
      longest = Math.max(longest, ++since);
      return activity(id);
    };
    let done = false;
    const turns = (function turn() {
      since = 0;
      if (!done) setImmediate(turn);
    })();
    const report = await collector.collect();
    done = true;
    assert.equal(turns, undefined);
    assert.equal(report.examined, 10_000);
    // Each is looked at twice: as it is, and as it would be if nothing spared it.
    assert.ok(longest <= 1000, `${longest} in one turn`);
  });

  test('on demand waits for no other sweep, however long that takes to destroy what it found', async () => {
    const { clock, sandboxes, collector } = await setting();
    sandboxes.add('slow');
    clock.ms += DEFAULT_RULES.idleMs;
    const [destroying, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    sandboxes.onDestroy = async (id) => {
      if (id !== 'slow') return;
      destroying.resolve();
      await released.promise;
    };
    const first = collector.collect();
    await destroying.promise;
    sandboxes.add('other', { usedAtMs: 0 });
    assert.deepEqual(reasons(await collector.collect({ dryRun: true })), { other: 'IDLE' });
    assert.deepEqual(reasons(await collector.collect()), { other: 'IDLE' });
    released.resolve();
    assert.deepEqual(reasons(await first), { slow: 'IDLE' });
  });

  test('gives all together a while for their last words, and ends when nobody waits for it', async () => {
    const { clock, sandboxes, collector } = await setting();
    for (let at = 0; at < 20; at++) sandboxes.add(`s${at}`);
    clock.ms += DEFAULT_RULES.idleMs;
    const stop = new AbortController();
    const hurries: boolean[] = [];
    sandboxes.onDestroy = (_id, hurried) => {
      hurries.push(hurried);
      clock.ms += 2_000;
      if (hurries.length === 12) stop.abort();
    };
    const report = await collector.collect({ signal: stop.signal });
    assert.deepEqual([hurries[0], hurries.at(-1)], [false, true]);
    assert.ok(report.collected.length < 20);
    assert.equal((await collector.collect()).collected.length, 20 - report.collected.length);
  });

  test('who left is remembered for as long as there is a sandbox, also where nothing is collected', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { registry, sandboxes, collector, store } = await setting();
    const { populations } = registry;
    for (const id of ['p', 'q']) await populations.create({ id });
    const ids = Array.from({ length: 500 }, (_, at) => `s${at}`);
    for (const id of ids) sandboxes.add(id);
    await populations.addMembers(
      'p',
      [...ids, 'bodiless'].map((id) => ({ id })),
    );
    await populations.addMembers(
      'q',
      [...ids, 'bodiless'].map((id) => ({ id })),
    );
    await populations.advance('p', { survivors: [], newcomers: [] });
    await populations.delete('q');
    const remembered = async () =>
      (await Array.fromAsync(store.load())).filter(({ table }) => table === 'member' || table === 'orphan')
        .length;
    assert.equal(await remembered(), 1000);
    for (const id of ids.slice(1)) sandboxes.all.delete(id);
    collector.start(0);
    t.mock.timers.tick(60_000);
    while ((await remembered()) > 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([await remembered(), sandboxes.all.size], [2, 1]);
    await collector.close();
  });

  test('by itself, again and again, until it is closed', async () => {
    const { sandboxes, clock, collector, reports } = await setting();
    collector.start(1);
    while (reports.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    sandboxes.add('late');
    clock.ms += DEFAULT_RULES.idleMs;
    while (sandboxes.all.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await collector.close();
    await collector.close();
  });
});
