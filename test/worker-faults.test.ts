import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type RunResult } from '@petri/client';
import { census, childrenOf, commandOf } from './support/census.ts';
import { startNodeProcess } from './support/node-process.ts';
import { seededRandom } from './support/random.ts';
import { isAlive, until } from './support/until.ts';

const WORKERS = 3; // two, and a spare
// Descriptors the node has for each worker: its channel, its standard error, the flight recorder.
const PER_WORKER = 3;
const node = await startNodeProcess({ PETRI_WORKERS: '2', PETRI_SPARES: '1' });
const petri = await connect(node.address);
const { sandboxes } = petri;
after(async () => {
  await petri.close();
  assert.equal(await node.stop(), 0);
  assert.equal(node.complaints(), '');
});
const pid = node.child.pid!;

const GENOME = `
  import { state, sleep } from 'petri:sandbox';
  const spin = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
  export const count = (ms) => { spin(ms); return (state.n = (state.n ?? 0) + 1); };
  export const countLater = async (ms) => { await sleep(ms); return (state.n = (state.n ?? 0) + 1); };
`;

/** Enough workers and a spare; more may be there for a while, but no process that the node does not know of. */
const whole = () =>
  until('all workers are there', async () => {
    const { workers } = await petri.admin.status();
    const states = workers.map(({ state }) => state);
    return states.length >= WORKERS && states.includes('SPARE') && childrenOf(pid).length === workers.length;
  });

async function workerPids(): Promise<number[]> {
  return (await petri.admin.status()).workers.map((worker) => worker.pid);
}

function signal(to: number | undefined, name: NodeJS.Signals): void {
  if (to !== undefined && isAlive(to)) process.kill(to, name);
}

type Fault = { name: string; harm: (victims: number[], pick: (below: number) => number) => Promise<void> };

const FAULTS: Fault[] = [
  { name: 'kill one', harm: async (victims, pick) => signal(victims[pick(victims.length)], 'SIGKILL') },
  { name: 'end one', harm: async (victims, pick) => signal(victims[pick(victims.length)], 'SIGTERM') },
  { name: 'stop one', harm: async (victims, pick) => signal(victims[pick(victims.length)], 'SIGSTOP') },
  {
    name: 'stop one for a while',
    harm: async (victims, pick) => {
      const victim = victims[pick(victims.length)];
      signal(victim, 'SIGSTOP');
      await pause(pick(400));
      signal(victim, 'SIGCONT');
    },
  },
  {
    name: 'kill all',
    harm: async (victims) => {
      for (const victim of victims) signal(victim, 'SIGKILL');
    },
  },
  {
    name: 'stop all',
    harm: async (victims) => {
      for (const victim of victims) signal(victim, 'SIGSTOP');
    },
  },
];

const SEED = Number(process.env['PETRI_FAULT_SEED'] ?? 1);
const HARMS = Number(process.env['PETRI_FAULTS'] ?? 15);

suite('workers killed and stopped at random moments, spare included', () => {
  test(`cost no run and no state (PETRI_FAULT_SEED=${SEED}, PETRI_FAULTS=${HARMS})`, async (context) => {
    const random = seededRandom(SEED);
    const pick = (below: number) => Math.floor(random() * below);
    await whole();
    const before = census(pid);
    const boxes = await Promise.all(Array.from({ length: 12 }, () => sandboxes.create({ genome: GENOME })));
    const counted = new Map(boxes.map(({ id }) => [id, [] as number[]]));
    const harm = new AbortController();
    const done: string[] = [];

    const caller = async (id: string, name: string): Promise<void> => {
      while (!harm.signal.aborted) {
        const result: RunResult = await sandboxes
          .run(id, name, [pick(4)], { timeoutMs: 60_000 })
          .catch(async (thrown: unknown) => {
            const { workers } = await petri.admin.status();
            context.diagnostic(`after ${done.join(', ')}: ${JSON.stringify({ id, name, workers })}`);
            throw thrown;
          });
        assert.equal(result.outcome, 'COMPLETED', JSON.stringify(result));
        if (result.outcome === 'COMPLETED') counted.get(id)!.push(result.value as number);
      }
    };
    const callers = boxes.flatMap(({ id }) => [
      caller(id, 'count'),
      caller(id, 'count'),
      caller(id, 'countLater'),
    ]);
    for (let n = 0; n < HARMS; n++) {
      await pause(20 + pick(250));
      const fault = FAULTS[pick(FAULTS.length)]!;
      await fault.harm(await workerPids(), pick);
      done.push(fault.name);
    }
    harm.abort();
    await Promise.all(callers);
    context.diagnostic(`${[...counted.values()].flat().length} runs; ${done.join(', ')}`);

    for (const { id } of boxes) {
      const values = counted.get(id)!.sort((left, right) => left - right);
      assert.deepEqual(
        values,
        Array.from(values, (_, n) => n + 1),
        'each run is committed once',
      );
      assert.equal((await sandboxes.get(id)).status, 'RUNNING');
      await sandboxes.destroy(id);
    }
    await whole();
    await until('no descriptor is left', () => {
      const { descriptors, children } = census(pid);
      return descriptors - children * PER_WORKER <= before.descriptors - before.children * PER_WORKER;
    });
  });
});

suite('a worker that is stopped', () => {
  test('while it waits as a spare is found out when it is needed', async () => {
    await whole();
    const { workers } = await petri.admin.status();
    const { id } = await sandboxes.create({ genome: GENOME });
    const spare = workers.find(({ state }) => state === 'SPARE')!.pid;
    signal(spare, 'SIGSTOP');
    for (const worker of workers) if (worker.pid !== spare) signal(worker.pid, 'SIGKILL');
    assert.equal(await sandboxes.call(id, 'count', 0), 1);
    await whole();
    await until('it is gone', () => !isAlive(spare));
  });

  test('while it starts is given up, and another started', async () => {
    await whole();
    const { id } = await sandboxes.create({ genome: GENOME });
    const known = new Set(childrenOf(pid));
    for (const each of known) signal(each, 'SIGKILL');
    let stopped: number[] = [];
    // Not between fork and exec, when the node waits for the kernel, and nothing but SIGCONT helps.
    const isItself = (each: number) => commandOf(each) !== commandOf(pid);
    await until('others are started', () => {
      stopped = childrenOf(pid).filter((each) => !known.has(each) && isItself(each));
      return stopped.length > 0;
    });
    for (const each of stopped) signal(each, 'SIGSTOP');
    assert.equal(await sandboxes.call(id, 'count', 0), 1);
    await whole();
    await until('they are gone', () => !stopped.some((each) => isAlive(each)));
  });
});
