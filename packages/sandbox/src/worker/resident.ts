import type { Determinism } from '../outcome.ts';
import type { BuildPlan, CallAnswer, LoadStage } from '../protocol.ts';
import { PHASE, type Phase } from '../recorder.ts';
import type { ScanReport } from '../scan/finding.ts';
import { callGuest } from './calls.ts';
import type { Cancellation } from './cancellation.ts';
import { Loader, LoadFailure } from './loader.ts';
import type { Cradle, End } from './nursery.ts';
import { OP, type Realm } from './realm.ts';
import { type Meter, SliceFailure } from './slices.ts';

/** A genome built into a realm. It is a cache of the supervisor's record: it may go at any time. */
export class Resident {
  readonly plan: BuildPlan;
  readonly realm: Realm;
  readonly exports: ReadonlyMap<string, string[]>;
  readonly #loader: Loader;
  readonly #cradle: Cradle;
  /** A run in it waits for a timer. */
  waiting = false;
  #virtualClock = false;
  #unmeasured = 0;
  heapBytes = 0;
  externalBytes = 0;
  readonly #bound = new Map<string, number>();
  readonly #expressions = new Map<string, string>();
  #expressionCharacters = 0;
  #released = false;

  private constructor(
    plan: BuildPlan,
    realm: Realm,
    loader: Loader,
    exports: Map<string, string[]>,
    cradle: Cradle,
  ) {
    this.plan = plan;
    this.realm = realm;
    this.#loader = loader;
    this.exports = exports;
    this.#cradle = cradle;
  }

  /**
   * Compiles, links and evaluates a genome in a realm of the cradle's. `start` is not called yet.
   *
   * @throws LoadFailure, SliceFailure
   */
  static build(
    plan: BuildPlan,
    cradle: Cradle,
    meter: Meter,
    phase: Phase = PHASE.guest,
    dataJson?: string,
  ): Resident {
    const realm = meter.slice(() => cradle.take(), meter.deadlineAt, phase);
    try {
      return meter.slice(
        () => {
          meter.ask(realm, meter.deadlineAt, phase, OP.configure, settingsOf(plan, dataJson));
          const loader = new Loader(realm, meter, phase);
          return new Resident(plan, realm, loader, loader.load(plan.modules, plan.scan), cradle);
        },
        meter.deadlineAt,
        phase,
        realm,
      );
    } catch (thrown) {
      cradle.give(realm, endOf(thrown));
      throw thrown;
    }
  }

  get alive(): boolean {
    return !this.#released && !this.realm.shell.isolate.isDisposed;
  }

  /** What the scan had to say of the code, if it was scanned for this build. */
  get scanReport(): ScanReport | undefined {
    return this.#loader.report;
  }

  has(name: string): boolean {
    return this.exports.get(this.plan.entry)?.includes(name) ?? false;
  }

  /** Idempotent. */
  release(end: End): void {
    if (this.#released) return;
    this.#released = true;
    this.#cradle.give(this.realm, end);
  }

  /** Sets the clock and the randomness of the next call. */
  prepare(meter: Meter, determinism: Determinism | undefined, phase: Phase = PHASE.guest): void {
    if (determinism === undefined && !this.#virtualClock) return;
    this.#virtualClock = determinism !== undefined;
    const { seed = 0, startTimeMs = 0 } = determinism ?? {};
    meter.ask(this.realm, meter.deadlineAt, phase, OP.clock, seed, this.#virtualClock, startTimeMs);
  }

  /**
   * Updates the heap figures after a run that took `wallUs`. Asking V8 costs as much as a short run, which changes little:
   * after such, it is asked once in so many times.
   */
  measureAfter(wallUs: number): void {
    if (wallUs >= SHORT_RUN_US || this.#unmeasured++ % MEASURE_EVERY === 0) this.measure();
  }

  /** Updates the heap figures: of its isolate, which it may share. */
  measure(): void {
    const heap = this.realm.shell.isolate.getHeapStatisticsSync();
    this.heapBytes = heap.used_heap_size;
    this.externalBytes = heap.externally_allocated_size;
  }

  /** Modules can't be taken out of a realm: one in which so many expressions were made is to be built anew. */
  get worn(): boolean {
    return (
      this.#expressions.size >= MAX_EXPRESSIONS || this.#expressionCharacters >= MAX_EXPRESSION_CHARACTERS
    );
  }

  /** Calls an export of the entry module with no arguments, such as `start`. */
  lifeCycle(meter: Meter, cancellation: Cancellation, name: string): CallAnswer | Promise<CallAnswer> {
    return callGuest(meter, this, cancellation, meter.deadlineAt, OP.call, this.plan.entry, name, '[]');
  }

  /** The number by which the realm knows an export. */
  bind(meter: Meter, deadlineAt: number, module: string, name: string): number {
    const key = `${module}\0${name}`;
    let bound = this.#bound.get(key);
    if (bound === undefined) {
      // Callers choose names: past so many, numbers are given again.
      if (this.#bound.size === MAX_BOUND) this.#bound.clear();
      bound = this.#bound.size;
      meter.ask(this.realm, deadlineAt, PHASE.guest, OP.bind, bound, module, name);
      this.#bound.set(key, bound);
    }
    return bound;
  }

  /**
   * Makes an expression callable, with the entry's exports in scope. Answers the name of the module made of it, whose
   * default export takes `parameters` and evaluates it.
   *
   * @throws LoadFailure, SliceFailure
   */
  expression(meter: Meter, text: string, parameters = ''): string {
    const known = this.#expressions.get(`${parameters}|${text}`);
    if (known !== undefined) return known;
    const name = `petri:expression-${this.#expressions.size}`;
    const names = (this.exports.get(this.plan.entry) ?? []).filter(isBindable);
    const scope =
      names.length > 0 ? `import { ${names.join(', ')} } from ${JSON.stringify(this.plan.entry)};\n` : '';
    this.#loader.add(name, `${scope}export default (${parameters}) => (\n${text}\n);`, meter);
    this.#expressions.set(`${parameters}|${text}`, name);
    this.#expressionCharacters += text.length;
    return name;
  }
}

const SHORT_RUN_US = 200;
const MEASURE_EVERY = 16;
const MAX_BOUND = 256;
const MAX_EXPRESSIONS = 1_000;
const MAX_EXPRESSION_CHARACTERS = 4 << 20;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof var void while with yield'
  ).split(' '),
);

function isBindable(name: string): boolean {
  return IDENTIFIER.test(name) && !RESERVED.has(name);
}

function settingsOf(plan: BuildPlan, data: string | undefined): string {
  return JSON.stringify({
    output: plan.outputBytes,
    log: plan.logBytes,
    state: plan.stateBytes,
    tasks: plan.maxTasks,
    stateJson: plan.stateJson,
    strict: plan.strict,
    data,
  });
}

const BEFORE_RUNNING: ReadonlySet<LoadStage> = new Set(['compile', 'scan', 'link']);

/** How what was thrown left the realm it came from. */
export function endOf(thrown: unknown): End {
  if (thrown instanceof SliceFailure && thrown.cutOff) return 'cut off';
  const ranNothing = thrown instanceof LoadFailure && BEFORE_RUNNING.has(thrown.stage);
  return ranNothing ? 'done' : 'unfinished';
}
