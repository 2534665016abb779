import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { NodeStatus, Outcome, RunLimits } from '@petri/client';
import { type Kill, type KillReason, startSandboxRuntime } from '@petri/sandbox';
import { failure, sharedNode } from './support/node.ts';
import { isAlive, until } from './support/until.ts';

const told: Kill[] = [];
const runtime = await startSandboxRuntime({
  workers: 2,
  spares: 1,
  onKilled: (kill) => void told.push(kill),
});
const node = await sharedNode({}, runtime);
const MiB = 1024 * 1024;

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

const SOON = { timeoutMs: 80 };
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
function added(before: NodeStatus['kills'], after: NodeStatus['kills']): NodeStatus['kills'] {
  const outcomes = Object.keys(after) as Outcome[];
  const changes = outcomes.map(
    (outcome) => [outcome, (after[outcome] ?? 0) - (before[outcome] ?? 0)] as const,
  );
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

suite('why a guest was stopped is said once, and the same everywhere:', () => {
  for (const { title, function: name, limits, outcome, kill, reason, worker, meanwhile } of CASES)
    test(title, async () => {
      const box = await node.box(GENOME, { limits: { memoryBytes: 32 * MiB } });
      await box.call('fine');
      const before = await node.status();
      told.length = 0;
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
      assert.deepEqual(told, [
        {
          reason: kill,
          outcome,
          task: 'run',
          tenant: 'anonymous',
          sandboxId: box.id,
          fitnessProgram: false,
          detail: receipt.reason,
          wallUs: receipt.wallUs,
          cpuUs: receipt.cpuUs,
          workerPid: receipt.workerPid,
          workerLost: receipt.workerLost,
        } satisfies Kill,
      ]);
      assert.equal(await box.call('fine'), 'fine');
    });

  test('and of a guest that is not stopped, nothing', async () => {
    const box = await node.box(`${GENOME} export const raise = () => { throw new Error('mine'); };`);
    const before = await node.status();
    told.length = 0;
    assert.equal(await box.call('fine'), 'fine');
    failure(await box.run('raise'), 'THREW');
    const after = await node.status();
    assert.deepEqual(added(before.runs, after.runs), { COMPLETED: 1, THREW: 1 });
    assert.deepEqual(added(before.kills, after.kills), {});
    assert.deepEqual(told, []);
  });
});
