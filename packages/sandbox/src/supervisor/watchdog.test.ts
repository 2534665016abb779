import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { until } from '../../../../test/support/until.ts';
import type { FromWorker } from '../protocol.ts';
import { monotonicMs, PHASE, RecorderReader, RecorderWriter } from '../recorder.ts';
import { Job } from './job.ts';
import { Lane, type Verdict } from './lane.ts';
import { Ledger } from './ledger.ts';
import { type ProcessSample, sampleProcess } from './proc-stat.ts';
import { Residence } from './residence.ts';
import { Watchdog } from './watchdog.ts';
import type { WorkerEvents, WorkerProcess } from './worker-process.ts';

const FEW_LOOKS = 20;
const folder = mkdtempSync(join(tmpdir(), 'petri-watchdog-'));
after(() => rmSync(folder, { recursive: true }));

/**
 * A lane whose process and flight recorder are real. The process is a worker that does nothing, in a state that workers are in for
 * microseconds: the answers of one task are out, and the next has not begun.
 */
class Silence {
  readonly lane: Lane;
  readonly #child: ChildProcess;
  readonly #writer: RecorderWriter;
  readonly #events: WorkerEvents[] = [];
  readonly #ledger = new Ledger({ killed: () => {}, used: () => {} });
  #jobs = 0;
  #sample: () => ProcessSample | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#sample = () => sampleProcess(child.pid!);
    const fd = openSync(join(folder, String(child.pid)), 'w+');
    const reader = new RecorderReader(fd);
    this.#writer = new RecorderWriter(fd);
    this.begin(1_000_000);
    const worker = {
      attach: (events: WorkerEvents) => void this.#events.push(events),
      doing: () => reader.read(),
      sample: () => this.#sample(),
      send: () => {},
      unsentBytes: 0,
    };
    const nothing = () => {};
    const events = { answered: nothing, lost: nothing, room: nothing };
    this.lane = new Lane(worker as unknown as WorkerProcess, undefined, events);
    this.lane.begin();
  }

  static async start(): Promise<Silence> {
    const child = spawn('sleep', ['1000']);
    after(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
    return new Silence(child);
  }

  /** A slice of a task begins. */
  begin(taskId: number): void {
    const now = monotonicMs();
    this.#writer.begin(taskId, PHASE.guest, now, now + 60_000, 0);
  }

  /** Once it has been looked at, it has used so much CPU time, and uses no more. */
  uses(cpuMs: number): void {
    let looks = 0;
    this.#sample = () => ({ rssBytes: 0, cpuMs: looks++ === 0 ? 0 : cpuMs, stopped: false });
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGSTOP');
    await until('it is stopped', () => sampleProcess(this.#child.pid!)?.stopped === true);
  }

  /** Sends a run. Its id on the wire. */
  async send(residence = new Residence({ id: 's', tenant: '' }, false)): Promise<number> {
    const task = { kind: 'run' as const, wallMs: 1_000, expression: '1' };
    const rest = { plan: () => assert.fail(), cpuMs: 1_000, memoryBytes: 1 };
    residence.settle(this.lane);
    residence.planned = true;
    const job = new Job(++this.#jobs, { task, residence, ...rest }, this.#ledger);
    this.lane.push(job);
    await Promise.resolve();
    return job.wireId;
  }

  says(message: FromWorker): void {
    for (const { message: tell } of this.#events) tell(message);
  }

  /** What is said of the worker; or nothing, in so many looks and more. */
  async watch(): Promise<Verdict | undefined> {
    let looks = 0;
    const { promise, resolve } = Promise.withResolvers<Verdict | undefined>();
    const events = {
      crowded: () => assert.fail(),
      held: () => {},
      released: () => assert.fail(),
      condemned: (_: Lane, verdict: Verdict) => resolve(verdict),
    };
    const lanes = () => {
      if (++looks > 4 * FEW_LOOKS) resolve(undefined);
      return [this.lane];
    };
    const watchdog = new Watchdog(lanes, Number.POSITIVE_INFINITY, events, FEW_LOOKS);
    watchdog.wake();
    const verdict = await promise;
    watchdog.stop();
    return verdict;
  }
}

suite('a worker that has answered one task and does not begin the next', () => {
  test('is ended if somebody stopped it, for what waits there has to go elsewhere', async () => {
    const silence = await Silence.start();
    await silence.stop();
    const verdict = await silence.watch();
    assert.equal(verdict?.job, undefined);
    assert.match(verdict?.reason ?? '', /stopped from outside/);
  });

  test('is ended whatever the matter is, if it owes answers', async () => {
    const silence = await Silence.start();
    await silence.send();
    const verdict = await silence.watch();
    assert.equal(verdict?.job, undefined);
    assert.match(verdict?.reason ?? '', /did nothing/);
  });

  test('is left alone if it owes none', async () => {
    const silence = await Silence.start();
    assert.equal(await silence.watch(), undefined);
  });

  test('is left alone if all that it owes waits for timers, or for runs that do', async () => {
    const silence = await Silence.start();
    const residence = new Residence({ id: 'sleeper', tenant: '' }, false);
    const id = await silence.send(residence);
    silence.says({ kind: 'parked', id });
    await silence.send(residence);
    assert.equal(silence.lane.sent.size, 2);
    assert.equal(await silence.watch(), undefined);
  });

  test('is left alone while it is in a task that was sent', async () => {
    const silence = await Silence.start();
    silence.begin(await silence.send());
    await silence.send();
    assert.equal(await silence.watch(), undefined);
  });
});

suite('a run that was taken back and began all the same', () => {
  const TAKEN_BACK = 2_000_000;

  test('may end by itself while it uses less than another worker would cost, however long that takes', async () => {
    const silence = await Silence.start();
    silence.begin(TAKEN_BACK);
    silence.uses(90);
    assert.equal(await silence.watch(), undefined);
  });

  test('takes its worker with it when it uses more', async () => {
    const silence = await Silence.start();
    silence.begin(TAKEN_BACK);
    silence.uses(110);
    const verdict = await silence.watch();
    assert.equal(verdict?.job, undefined);
    assert.match(verdict?.reason ?? '', /nobody waits/);
  });
});
