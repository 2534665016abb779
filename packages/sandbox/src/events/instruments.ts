import {
  type BatchObservableResult,
  type Histogram,
  type Meter,
  metrics,
  type Observable,
} from '@opentelemetry/api';
import { COLLECT_REASONS, type CollectReason } from './event.ts';
import { type Outcome, OUTCOMES } from '../outcome.ts';
import type { KillReason } from '../api/kill.ts';
import type { SandboxStatus } from '../api/sandbox.ts';
import type { RuntimeStatus, WorkerInfo } from '../api/status.ts';

/** Seconds, from what an idle node needs for a run to the longest that limits allow. */
const SECONDS = [
  0.000_025, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  10, 30, 60, 300,
];
const ITEMS = [1, 10, 32, 100, 316, 1_000, 3_162, 10_000, 31_623, 100_000];
/** A score may be anything; shares of a suite are the commonest. */
const SCORES = [
  -1_000, -100, -10, -1, -0.5, -0.1, -0.01, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 1, 10, 100,
  1_000,
];

// What is not told any more, the SDK repeats: none is a number that is told, too.
const NO_WORKERS: Record<WorkerInfo['state'], number> = { STARTING: 0, SPARE: 0, ACTIVE: 0, HELD: 0 };
const NO_SANDBOXES: Record<SandboxStatus, number> = {
  INITIALIZING: 0,
  COMPILING: 0,
  STARTING: 0,
  RUNNING: 0,
  RELOADING: 0,
  STOPPING: 0,
  STOPPED: 0,
  ERROR: 0,
};

type Source = { status: () => RuntimeStatus; watchers: number; missed: number };

/** How often each outcome occurred. */
type OutcomeCounts = Record<Outcome, number>;

function noOutcomes(): OutcomeCounts {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts;
}

/**
 * The metrics of a node, by the API alone: without an SDK, nothing happens. What occurs with each run is counted in plain
 * numbers, which are looked at when somebody collects. No metric has an id among its attributes, but for populations that were
 * named for that.
 */
export class Instruments {
  readonly runs = noOutcomes();
  readonly evaluations = { ...noOutcomes(), FITNESS_PROGRAM_FAILED: 0 };
  // Zeros are there from the start: what appears with a 1 has no increase.
  readonly #killed = new Map<string, number>(
    (['timeout', 'cpu', 'memory', 'output', 'crash'] satisfies KillReason[]).map((reason) => [reason, 0]),
  );
  readonly #collected = new Map<string, number>(COLLECT_REASONS.map((reason) => [reason, 0]));
  readonly #migrated = new Map<string, number>(
    ['sent', 'admitted', 'duplicate', 'rejected', 'dropped'].map((result) => [result, 0]),
  );
  readonly #recorded = new Map<string, number>(['scored', 'failed', 'adjusted'].map((result) => [result, 0]));
  readonly runSeconds: Histogram;
  readonly evaluateSeconds: Histogram;
  readonly queueSeconds: Histogram;
  readonly createSeconds: Histogram;
  readonly reloadSeconds: Histogram;
  readonly batchSeconds: Histogram;
  readonly batchSize: Histogram;
  readonly fitness: Histogram;
  readonly recordedFitness: Histogram;
  readonly gcSeconds: Histogram;
  readonly #stops: (() => void)[] = [];

  constructor(meter: Meter = metrics.getMeter('petri.sandbox')) {
    const seconds = (name: string, description: string) =>
      meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: SECONDS } });
    this.runSeconds = seconds('petri.run.duration', 'Wall time of a run in its worker');
    this.evaluateSeconds = seconds('petri.evaluate.duration', 'Wall time of an evaluation in its worker');
    this.queueSeconds = seconds(
      'petri.queue.duration',
      'Time from acceptance of a run or evaluation to its worker',
    );
    this.createSeconds = seconds('petri.create.duration', 'Time to create a sandbox with its first code');
    this.reloadSeconds = seconds('petri.reload.duration', 'Time to put other code in force');
    this.batchSeconds = seconds('petri.batch.duration', 'Time of a batch, its reader included');
    this.gcSeconds = seconds('petri.gc.duration', 'Time of a sweep of the garbage collector');
    this.batchSize = meter.createHistogram('petri.batch.size', {
      description: 'Items of a batch',
      unit: '{item}',
      advice: { explicitBucketBoundaries: ITEMS },
    });
    const scores = (name: string, description: string) =>
      meter.createHistogram(name, { description, unit: '1', advice: { explicitBucketBoundaries: SCORES } });
    this.fitness = scores('petri.fitness', 'Scores of evaluations that completed');
    this.recordedFitness = scores('petri.population.fitness', 'Scores recorded for members of populations');
    this.#observe(meter);
  }

  killed(reason: string): void {
    add(this.#killed, reason, 1);
  }

  collected(reason: CollectReason, count: number): void {
    add(this.#collected, reason, count);
  }

  recorded(result: 'scored' | 'failed' | 'adjusted'): void {
    add(this.#recorded, result, 1);
  }

  migrated(result: string, count: number): void {
    add(this.#migrated, result, count);
  }

  /** Reports what a node says of itself whenever somebody collects, until `close`. */
  watch(source: Source, meter: Meter = metrics.getMeter('petri.sandbox')): void {
    const sandboxes = meter.createObservableGauge('petri.sandboxes', {
      description: 'Sandboxes by status',
      unit: '{sandbox}',
    });
    const workers = meter.createObservableGauge('petri.workers', {
      description: 'Worker processes by state',
      unit: '{worker}',
    });
    const resident = meter.createObservableGauge('petri.workers.resident', {
      description: 'Sandboxes that workers hold isolates of',
      unit: '{sandbox}',
    });
    const inFlight = meter.createObservableGauge('petri.workers.in_flight', {
      description: 'Runs and evaluations sent to workers and not yet answered',
      unit: '{run}',
    });
    const memory = meter.createObservableGauge('petri.workers.memory', {
      description: 'Resident set of all workers together',
      unit: 'By',
    });
    const lost = meter.createObservableCounter('petri.workers.lost', {
      description: 'Worker processes lost, because of a run or for another reason',
      unit: '{worker}',
    });
    const watchers = meter.createObservableGauge('petri.events.watchers', {
      description: 'Watchers of events',
      unit: '{watcher}',
    });
    const missed = meter.createObservableCounter('petri.events.missed', {
      description: 'Events that watchers were too slow for',
      unit: '{event}',
    });
    this.#batch(meter, [sandboxes, workers, resident, inFlight, memory, lost, watchers, missed], (result) => {
      const status = source.status();
      for (const [name, count] of Object.entries({ ...NO_SANDBOXES, ...status.sandboxes }))
        result.observe(sandboxes, count, { 'petri.status': name.toLowerCase() });
      const states = { ...NO_WORKERS };
      for (const { state } of status.workers) states[state]++;
      for (const [state, count] of Object.entries(states))
        result.observe(workers, count, { 'petri.state': state.toLowerCase() });
      const sum = (of: 'resident' | 'inFlight' | 'rssBytes') =>
        status.workers.reduce((total, worker) => total + worker[of], 0);
      result.observe(resident, sum('resident'));
      result.observe(inFlight, sum('inFlight'));
      result.observe(memory, sum('rssBytes'));
      const kills = Object.values(status.kills).reduce((total, count) => total + count, 0);
      result.observe(lost, kills, { 'petri.cause': 'run' });
      result.observe(lost, status.workersLostToOthers, { 'petri.cause': 'other' });
      result.observe(watchers, source.watchers);
      result.observe(missed, source.missed);
    });
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #observe(meter: Meter): void {
    const counter = (name: string, unit: string, description: string) =>
      meter.createObservableCounter(name, { description, unit });
    const runs = counter('petri.runs', '{run}', 'Runs answered');
    const evaluations = counter('petri.evaluations', '{evaluation}', 'Evaluations answered');
    const kills = counter('petri.kills', '{run}', 'Runs and evaluations that were killed');
    const collected = counter('petri.gc.collected', '{sandbox}', 'Sandboxes that the garbage collector took');
    const records = counter(
      'petri.population.records',
      '{record}',
      'Results recorded for members of populations',
    );
    const migrations = counter('petri.migrations', '{migrant}', 'Migrants, by what became of them');
    this.#batch(meter, [runs, evaluations, kills, collected, records, migrations], (result) => {
      for (const [outcome, count] of Object.entries(this.runs))
        result.observe(runs, count, { 'petri.outcome': outcome.toLowerCase() });
      for (const [outcome, count] of Object.entries(this.evaluations))
        result.observe(evaluations, count, { 'petri.outcome': outcome.toLowerCase() });
      for (const [reason, count] of this.#killed)
        result.observe(kills, count, { 'petri.kill.reason': reason });
      for (const [reason, count] of this.#collected)
        result.observe(collected, count, { 'petri.gc.reason': reason });
      for (const [what, count] of this.#recorded)
        result.observe(records, count, { 'petri.record.result': what });
      for (const [what, count] of this.#migrated)
        result.observe(migrations, count, { 'petri.migration.result': what });
    });
  }

  #batch(meter: Meter, observables: Observable[], report: (result: BatchObservableResult) => void): void {
    meter.addBatchObservableCallback(report, observables);
    this.#stops.push(() => meter.removeBatchObservableCallback(report, observables));
  }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
