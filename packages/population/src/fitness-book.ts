import { type Clock, failedPrecondition, invalid, type Violation } from '@petri/core';
import type { PopulationEvents } from './events.ts';
import type { Ledger } from './ledger.ts';
import { requireDistinct, requireMembers } from './members.ts';
import { lastSeen, pageSizeOf, type PageQuery, tokenAfter } from './pages.ts';
import { requirePopulation, type Scope } from './scope.ts';
import { countThrough, type Ranked, rankingOrder } from './ranking.ts';
import type { PopulationState } from './state.ts';
import type { Change } from './store/store.ts';
import type { Fitness, FitnessError, TestResult } from './types.ts';

/** Of each of a hundred thousand members, in memory. */
export const MAX_COMPONENTS = 64;
const MAX_COMPONENT_NAME = 128;
export const MAX_TESTS = 256;
const MAX_REASON = 256;
/** What an operator may want to look back on; all of them are in the stream of events. */
export const MAX_ADJUSTMENTS = 16;
/** Of TopFitness. */
const MAX_TOP = 10_000;

/** What an evaluation of one member came to. */
export type FitnessEntry = {
  id: string;
  /** A score, or why there is none. */
  result: { score: number } | { error: FitnessError };
  components?: Readonly<Record<string, number>>;
  /** Default: the present one. */
  generation?: number;
  /** Default: now. */
  evaluatedAtMs?: number;
  evaluationUs?: number;
  tests?: readonly TestResult[];
  evaluatorSha256?: string;
};

/** Adds to a score, with the reason, such as an anomaly that a monitor saw. */
export type FitnessAdjustment = { id: string; delta: number; reason: string };

export type RankedFitness = { rank: number; fitness: Fitness };

export type RankQuery = PageQuery & {
  /** Ranks only these among each other. Default: all members. */
  ids?: readonly string[];
};

export type RankPage = {
  ranked: RankedFitness[];
  nextPageToken: string;
  /** How many have a score. */
  totalSize: number;
};

type Collaborators = { ledger: Ledger; clock: Clock; events: PopulationEvents; scope: Scope };

/** The present fitness of members of populations. */
export class FitnessBook {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #events: PopulationEvents;
  readonly #scope: Scope;

  constructor({ ledger, clock, events, scope }: Collaborators) {
    this.#scope = scope;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#events = events;
  }

  /**
   * Records results, all of them or none, in place of what was recorded before. A failure is recorded as one: it has
   * no score, and does not rank.
   *
   * @throws PetriError `invalid_argument` naming every score that is NaN or infinite; `not_found` for what is no
   *   member; `failed_precondition`, reason FITNESS_STALE, if a newer generation's is recorded already.
   */
  async record(population: string, entries: readonly FitnessEntry[]): Promise<Fitness[]> {
    const target = requirePopulation(this.#ledger, this.#scope, population);
    requireDistinct(
      entries.map(({ id }) => id),
      'entries',
    );
    const { generation } = target.population;
    const violations = entries.flatMap((entry, index) =>
      entryViolations(entry, `entries[${index}]`, generation),
    );
    if (violations.length > 0) throw invalid(violations);
    requireMembers(
      target,
      entries.map(({ id }) => id),
      'entries',
    );
    const nowMs = this.#clock.now();
    let sequence = this.#ledger.state.fitnessSequence;
    const recorded = entries.map((entry) => fitnessOf(entry, generation, nowMs, ++sequence));
    for (const fitness of recorded) refuseStale(target, fitness);
    await this.#ledger.commit(recorded.map((row) => ({ table: 'fitness', population, id: row.id, row })));
    for (const fitness of recorded) this.#events.fitnessRecorded(target.population, fitness);
    return recorded;
  }

  /**
   * Adds to scores, all of them or none; places among equal scores stay.
   *
   * @throws PetriError `failed_precondition`, reason NO_SCORE, for one that has none to add to.
   */
  async adjust(population: string, adjustments: readonly FitnessAdjustment[]): Promise<Fitness[]> {
    const target = requirePopulation(this.#ledger, this.#scope, population);
    requireDistinct(
      adjustments.map(({ id }) => id),
      'adjustments',
    );
    requireMembers(
      target,
      adjustments.map(({ id }) => id),
      'adjustments',
    );
    const nowMs = this.#clock.now();
    const violations: Violation[] = [];
    const adjusted = adjustments.map((adjustment, index): Fitness => {
      const { id, delta, reason } = adjustment;
      const before = target.fitness.get(id);
      if (before?.score === undefined) throw noScore(id, before);
      const score = before.score + delta;
      violations.push(...adjustmentViolations(adjustment, score, `adjustments[${index}]`));
      const all = [...before.adjustments, { delta, reason, atMs: nowMs }];
      return { ...before, score, adjustments: all.slice(-MAX_ADJUSTMENTS) };
    });
    if (violations.length > 0) throw invalid(violations);
    await this.#ledger.commit(
      adjusted.map((row): Change => ({ table: 'fitness', population, id: row.id, row })),
    );
    for (const fitness of adjusted) this.#events.fitnessAdjusted(target.population, fitness);
    return adjusted;
  }

  /** Undefined for those that have none. @throws PetriError for what is no member */
  get(population: string, ids: readonly string[]): (Fitness | undefined)[] {
    const target = requirePopulation(this.#ledger, this.#scope, population);
    requireMembers(target, ids, 'ids');
    return ids.map((id) => target.fitness.get(id));
  }

  /** The score that was recorded last; undefined if there is none. */
  newest(population: string): Fitness | undefined {
    const { fitness } = requirePopulation(this.#ledger, this.#scope, population);
    let newest: Fitness | undefined;
    for (const each of fitness.values())
      if (each.score !== undefined && each.sequence > (newest?.sequence ?? 0)) newest = each;
    return newest;
  }

  /** Best first, in pages. Only what has a score ranks; ranks count from 1, and no two are equal. */
  rank(population: string, { ids, ...query }: RankQuery): RankPage {
    return this.#page(population, ids, pageSizeOf(query), query.pageToken);
  }

  /** The best, at most `count`. */
  top(population: string, count: number, ids?: readonly string[]): RankPage {
    if (count < 1 || count > MAX_TOP)
      throw invalid([{ field: 'count', description: `must be 1 to ${MAX_TOP}, is ${count}` }]);
    return this.#page(population, ids, count, '');
  }

  #page(population: string, ids: readonly string[] | undefined, size: number, token = ''): RankPage {
    const target = requirePopulation(this.#ledger, this.#scope, population);
    const order = rankingOrder(target.population.direction);
    const sorted = ids ? rankedAmong(target, ids, order) : target.ranking.sorted();
    const after = token === '' ? undefined : lastSeen(token, isRanked);
    const from = after === undefined ? 0 : countThrough(sorted, after, order);
    const page = sorted.slice(from, from + size);
    return {
      ranked: page.map(({ id }, at) => ({ rank: from + at + 1, fitness: target.fitness.get(id)! })),
      nextPageToken: from + size < sorted.length ? tokenAfter(page.at(-1)) : '',
      totalSize: sorted.length,
    };
  }
}

function isRanked(value: unknown): value is Ranked {
  const { id, score, sequence } = (value ?? {}) as Partial<Record<keyof Ranked, unknown>>;
  return typeof id === 'string' && typeof score === 'number' && typeof sequence === 'number';
}

function rankedAmong(
  target: PopulationState,
  ids: readonly string[],
  order: (a: Ranked, b: Ranked) => number,
): Ranked[] {
  requireMembers(target, ids, 'ids');
  return [...new Set(ids)]
    .flatMap((id): Ranked[] => {
      const { score, sequence } = target.fitness.get(id) ?? {};
      return score === undefined || sequence === undefined ? [] : [{ id, score, sequence }];
    })
    .sort(order);
}

export function fitnessOf(entry: FitnessEntry, generation: number, nowMs: number, sequence: number): Fitness {
  return {
    id: entry.id,
    ...entry.result,
    components: entry.components ?? {},
    generation: entry.generation ?? generation,
    evaluatedAtMs: entry.evaluatedAtMs ?? nowMs,
    evaluationUs: entry.evaluationUs ?? 0,
    tests: entry.tests ?? [],
    evaluatorSha256: entry.evaluatorSha256 ?? '',
    sequence,
    adjustments: [],
  };
}

/** What is wrong with a result, of a population in this generation. */
export function entryViolations(entry: FitnessEntry, place: string, generation: number): Violation[] {
  const { result, components = {}, tests = [] } = entry;
  const found: Violation[] = [];
  const finite = (field: string, number: number) => {
    if (!Number.isFinite(number))
      found.push({ field: `${place}.${field}`, description: `is ${number}, must be finite` });
  };
  if ('score' in result) finite('score', result.score);
  const parts = Object.entries(components);
  if (parts.length > MAX_COMPONENTS)
    found.push({
      field: `${place}.components`,
      description: `must have at most ${MAX_COMPONENTS} entries, has ${parts.length}`,
    });
  for (const [name, value] of parts) {
    const field = `components[${JSON.stringify(name.slice(0, MAX_COMPONENT_NAME))}]`;
    finite(field, value);
    if (name.length === 0 || name.length > MAX_COMPONENT_NAME)
      found.push({
        field: `${place}.${field}`,
        description: `the name must have 1 to ${MAX_COMPONENT_NAME} characters, has ${name.length}`,
      });
  }
  if (tests.length > MAX_TESTS)
    found.push({
      field: `${place}.tests`,
      description: `must have at most ${MAX_TESTS} elements, has ${tests.length}`,
    });
  for (const [index, test] of tests.entries()) finite(`tests[${index}].score`, test.score);
  if (entry.generation !== undefined && entry.generation > generation)
    found.push({
      field: `${place}.generation`,
      description: `is ${entry.generation}; the population is at ${generation}`,
    });
  return found;
}

function refuseStale(target: PopulationState, { id, generation }: Fitness): void {
  const recorded = target.fitness.get(id)?.generation;
  if (recorded === undefined || recorded <= generation) return;
  throw failedPrecondition(
    'FITNESS_STALE',
    `the fitness of "${id}" is of generation ${recorded} already, not ${generation}`,
    { resource: { type: 'member', name: id } },
  );
}

export function adjustmentViolations(
  { delta, reason }: FitnessAdjustment,
  score: number,
  place: string,
): Violation[] {
  const found: Violation[] = [];
  if (!Number.isFinite(delta))
    found.push({ field: `${place}.delta`, description: `is ${delta}, must be finite` });
  else if (!Number.isFinite(score))
    found.push({ field: `${place}.delta`, description: 'makes the score infinite' });
  if (reason.length === 0 || reason.length > MAX_REASON)
    found.push({
      field: `${place}.reason`,
      description: `must have 1 to ${MAX_REASON} characters, has ${reason.length}`,
    });
  return found;
}

function noScore(id: string, { error }: Partial<Fitness> = {}) {
  const why = error ? `its evaluation failed: ${error.reason}` : 'it was not evaluated';
  return failedPrecondition('NO_SCORE', `"${id}" has no score to adjust: ${why}`, {
    resource: { type: 'member', name: id },
  });
}
