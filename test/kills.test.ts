import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { NodeStatus, Outcome, PetriEvent, RunLimits } from '@petri/client';
import type { KillReason } from '@petri/sandbox';
import { temporaryDirectory } from './support/directory.ts';
import { metricBy } from './support/metrics.ts';
import { failure, sharedNode } from './support/node.ts';
import { isAlive, until } from './support/until.ts';

const directory = temporaryDirectory();
after(() => directory[Symbol.dispose]());
const auditFile = join(directory.path, 'audit.jsonl');
const node = await sharedNode({ auditFile });
const { events } = node.petri;
const MiB = 1024 * 1024;

type Counts = { readonly [what: string]: number | undefined };

const GENOME = `
  export const fine = () => 'fine';
  export const spin = () => { for (;;); };
  export const naps = () => new Promise((done) => setTimeout(done, 3_600_000));
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
  export const burn = () => { const end = Date.now() + 20_000; while (Date.now() < end); };
  export const push = () => { const all = []; for (;;) all.push({ some: 'object' }); };
  export const grow = () => { const all = new Map(); for (let i = 0; ; i++) all.set(i, { i }); };
  export const pages = () => {
    const all = [];
    for (;;) {
      const memory = new WebAssembly.Memory({ initial: 1024 });
      new Uint8Array(memory.buffer).fill(1);
      all.push(memory);
    }
  };
  export const flood = () => 'x'.repeat(2 ** 25);
`;

type Case = {
  title: string;
  function: string;
  limits?: RunLimits;
  outcome: Outcome;
  kill: KillReason;
  /** What the receipt says. */
  reason: RegExp;
  /** Whether the worker goes too; undefined where V8 may end either way. */
  worker: boolean | undefined;
  /** What is done to the workers meanwhile. */
  meanwhile?: () => Promise<void>;
};

/** Ends each worker that has had the run for a moment, so many times. */
function signalled(signal: NodeJS.Signals, times: number): () => Promise<void> {
  return async () => {
    for (const victims = new Set<number>(); victims.size < times;) {
      const isNext = ({ state, pid }: NodeStatus['workers'][number]) => state === 'HELD' && !victims.has(pid);
      let next: number | undefined;
      await until('a worker is held', async () => {
        next = (await node.status()).workers.find(isNext)?.pid;
        return next !== undefined;
      });
      victims.add(next!);
      process.kill(next!, signal);
      await until('it is gone', () => !isAlive(next!));
    }
  };
}

const SOON = { timeoutMs: 500 };
const CASES: Case[] = [
  {
    title: 'a deadline passed in code that can be interrupted',
    function: 'spin',
    limits: SOON,
    outcome: 'TIMEOUT',
    kill: 'timeout',
    // By isolated-vm's timer; on a crowded machine the watchdog may be sooner.
    reason: /^still running at its deadline$|^still running \d+ ms after its start; killed$/,
    worker: undefined,
  },
  {
    title: 'a deadline passed while it slept',
    function: 'naps',
    limits: SOON,
    outcome: 'TIMEOUT',
    kill: 'timeout',
    reason: /deadline/,
    worker: false,
  },
  {
    title: "a deadline passed in code that can't",
    function: 'hang',
    limits: SOON,
    outcome: 'TIMEOUT',
    kill: 'timeout',
    reason: /^still running \d+ ms after its start; killed$/,
    worker: true,
  },
  {
    title: 'CPU time used up',
    function: 'burn',
    limits: { cpuTimeMs: 50 },
    outcome: 'CPU_LIMIT',
    kill: 'cpu',
    reason: /^used \d+ ms of CPU, its budget is 50 ms; killed$/,
    worker: true,
  },
  {
    title: 'a heap that is full',
    function: 'push',
    outcome: 'MEMORY_LIMIT',
    kill: 'memory',
    reason: /heap reached its limit|out of memory/,
    worker: undefined,
  },
  {
    title: 'a heap that V8 gives up on',
    function: 'grow',
    outcome: 'MEMORY_LIMIT',
    kill: 'memory',
    reason: /out of memory/,
    worker: true,
  },
  {
    title: 'memory outside of the heap',
    function: 'pages',
    outcome: 'MEMORY_LIMIT',
    kill: 'memory',
    reason: /^its worker grew by \d+ MiB, its limit is 32 MiB; killed$/,
    worker: true,
  },
  {
    title: 'an answer that is too large',
    function: 'flood',
    outcome: 'OUTPUT_LIMIT',
    kill: 'output',
    reason: /./,
    worker: false,
  },
  {
    title: 'a crash, twice',
    function: 'burn',
    outcome: 'CRASHED',
    kill: 'crash',
    reason: /^its worker ended 2 times by signal SIGSEGV$/,
    worker: true,
    meanwhile: signalled('SIGSEGV', 2),
  },
  {
    title: 'a worker killed under it, three times',
    function: 'burn',
    outcome: 'CRASHED',
    kill: 'crash',
    reason: /^its worker was killed from outside 3 times$/,
    worker: true,
    meanwhile: signalled('SIGKILL', 3),
  },
];

/** What was counted between two looks, without what did not change. */
function added(before: Counts, after: Counts): Counts {
  const changes = Object.entries(after).map(([key, value = 0]) => [key, value - (before[key] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

/** What the audit log has of kills. */
function killsAudited(): Record<string, unknown>[] {
  const lines = readFileSync(auditFile, 'utf8').trim().split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'kill');
}

const killsCounted = () => metricBy('petri.kills', 'petri.kill.reason');

/** The first that a watcher is told of after `cursor`. */
async function firstKill(cursor: string): Promise<PetriEvent> {
  for await (const item of events.watch({ kinds: ['SANDBOX_KILLED'], cursor }))
    if (item.kind === 'SANDBOX_KILLED') return item;
  throw new Error('no event of a kill');
}

suite('why a guest was stopped is said once, and the same everywhere:', () => {
  for (const { title, function: name, limits, outcome, kill, reason, worker, meanwhile } of CASES)
    test(title, async () => {
      const box = await node.box(GENOME, { limits: { memoryBytes: 32 * MiB } });
      await box.call('fine');
      const before = await node.status();
      const counted = await killsCounted();
      const cursor = await events.now({ kinds: ['SANDBOX_KILLED'] });
      const audited = killsAudited().length;
      const run = box.run(name, [], { timeoutMs: 15_000, ...limits });
      await meanwhile?.();
      const result = await run;
      const after = await node.status();

      failure(result, outcome);
      const { receipt } = result;
      assert.match(receipt.reason, reason);
      if (worker !== undefined) assert.equal(receipt.workerLost, worker, receipt.reason);
      assert.deepEqual(added(before.runs, after.runs), { [outcome]: 1 });
      assert.deepEqual(added(before.kills, after.kills), receipt.workerLost ? { [outcome]: 1 } : {});
      // The file is written while the answer is on its way.
      await until('it is audited', () => killsAudited().length > audited);
      assert.deepEqual(
        killsAudited()
          .slice(audited)
          .map(({ sandbox, tenant, result, reason: why }) => [sandbox, tenant, result, why]),
        [[box.id, 'anonymous', outcome, kill]],
      );
      assert.deepEqual(added(counted, await killsCounted()), { [kill]: 1 });
      const killed = await firstKill(cursor);
      assert.deepEqual([killed.sandboxId, killed.outcome, killed.reason], [box.id, outcome, receipt.reason]);
      assert.equal(killed.attributes['petri.kill.reason'], kill);
      assert.equal(killed.attributes['petri.worker_lost'], String(receipt.workerLost));
      assert.equal(await box.call('fine'), 'fine');
    });

  test('and of a guest that is not stopped, nothing', async () => {
    const box = await node.box(`${GENOME} export const raise = () => { throw new Error('mine'); };`);
    const before = await node.status();
    const counted = await killsCounted();
    const audited = killsAudited().length;
    assert.equal(await box.call('fine'), 'fine');
    failure(await box.run('raise'), 'THREW');
    const after = await node.status();
    assert.deepEqual(added(before.runs, after.runs), { COMPLETED: 1, THREW: 1 });
    assert.deepEqual(added(before.kills, after.kills), {});
    assert.deepEqual(added(counted, await killsCounted()), {});
    assert.equal(killsAudited().length, audited);
  });
});
