import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@petri/core';
import type { Ledger } from '../ledger.ts';
import type { Change } from '../store/store.ts';
import {
  type GarbageReason,
  garbageReason,
  type GarbageRules,
  type Resident,
  toHibernate,
} from './policy.ts';
import type { CollectableSandboxes } from './sandboxes.ts';

/** Sandboxes looked at before everything else has its turn: well under a millisecond. */
const SLICE = 200;
/** Destroyed at once: `stop()` of a guest may take its time, and runs have to get through. */
const AT_ONCE = 4;
/** What all sandboxes of a sweep together have for their `stop()`; after that, each only gets word of it. */
const PATIENCE_MS = 10_000;
/** How often those whose sandboxes are gone are forgotten where nothing is collected. */
const FORGET_MS = 60_000;
/** Begins to hibernate at the budget, and goes on until there is some room. */
const ROOM = 0.9;

export type GarbageItem = { id: string; reason: GarbageReason };

export type GarbageReport = {
  startedAtMs: number;
  durationMs: number;
  /** Nothing was done: this is what would have been. */
  dryRun: boolean;
  examined: number;
  /** Destroyed, and why. */
  collected: GarbageItem[];
  /** Could not be destroyed. */
  failed: GarbageItem[];
  /** Whose isolates were dropped for want of memory. */
  hibernated: string[];
  /** Would have been garbage, but are pinned or in use. */
  spared: number;
};

type Collaborators = {
  ledger: Ledger;
  sandboxes: CollectableSandboxes;
  rules: GarbageRules;
  clock: Clock;
  /** Told of each sweep that was no dry run; must not throw. */
  onReport: (report: GarbageReport) => void;
};

/** Destroys sandboxes that nobody needs, now and then or when asked. What it took is in its report. */
export class GarbageCollector {
  readonly #parts: Collaborators;
  readonly #atWork = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: Collaborators) {
    this.#parts = parts;
  }

  /** Collects by itself from now on. 0 does not; who is remembered for the sake of a sandbox is forgotten all the same. */
  start(intervalMs: number): void {
    if (this.#closed) return;
    const work = () => (intervalMs === 0 ? this.#during(this.#forget()) : this.collect());
    this.#timer = setTimeout(() => {
      // It fails where the store does, and the next one tries again.
      void work()
        .catch(() => undefined)
        .then(() => this.start(intervalMs));
    }, intervalMs || FORGET_MS).unref();
  }

  /** Resolves when no sweep is under way. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#atWork);
  }

  /**
   * At once, also while another sweep is under way: what that one is just destroying is in use for this one. An abort of
   * the signal leaves what was not yet destroyed to the next sweep.
   */
  collect({
    dryRun = false,
    signal,
  }: { dryRun?: boolean; signal?: AbortSignal } = {}): Promise<GarbageReport> {
    return this.#during(this.#sweep(dryRun, signal));
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    this.#atWork.add(work);
    try {
      return await work;
    } finally {
      this.#atWork.delete(work);
    }
  }

  async #sweep(dryRun: boolean, signal: AbortSignal | undefined): Promise<GarbageReport> {
    const { clock, sandboxes, onReport } = this.#parts;
    const started = clock.monotonic();
    const report: GarbageReport = {
      startedAtMs: clock.now(),
      durationMs: 0,
      dryRun,
      examined: 0,
      collected: [],
      failed: [],
      hibernated: [],
      spared: 0,
    };
    const ids = sandboxes.ids();
    const memoryIsShort = await this.#hibernate(ids, report);
    const garbage = await this.#find(ids, memoryIsShort, report);
    if (dryRun) report.collected = garbage;
    else {
      await this.#destroy(garbage, memoryIsShort, report, signal);
      await this.#forget();
    }
    report.durationMs = clock.monotonic() - started;
    if (!dryRun) onReport(report);
    return report;
  }

  /** Whether memory is short even though all that could hibernate does. */
  async #hibernate(ids: readonly string[], report: GarbageReport): Promise<boolean> {
    const { sandboxes } = this.#parts;
    const { usedBytes, budgetBytes } = sandboxes.memory();
    if (usedBytes <= budgetBytes) return false;
    const residents: Resident[] = [];
    for await (const id of this.#inSlices(ids)) {
      const activity = sandboxes.activity(id);
      if (activity && activity.residentBytes > 0)
        residents.push({ ...activity, bytes: activity.residentBytes });
    }
    const chosen = toHibernate(residents, usedBytes - budgetBytes * ROOM);
    report.hibernated = report.dryRun ? chosen : chosen.filter((id) => sandboxes.hibernate(id));
    return report.hibernated.length === 0;
  }

  async #find(ids: readonly string[], memoryIsShort: boolean, report: GarbageReport): Promise<GarbageItem[]> {
    const garbage: GarbageItem[] = [];
    for await (const id of this.#inSlices(ids)) {
      report.examined++;
      const reason = this.#reason(id, memoryIsShort);
      if (reason !== undefined) garbage.push({ id, reason });
      else if (this.#reason(id, memoryIsShort, { busy: false, pinned: false }) !== undefined) report.spared++;
    }
    return garbage;
  }

  #reason(
    id: string,
    memoryIsShort: boolean,
    instead: { busy?: boolean; pinned?: boolean } = {},
  ): GarbageReason | undefined {
    const { sandboxes, rules, clock, ledger } = this.#parts;
    const activity = sandboxes.activity(id);
    if (activity === undefined) return undefined;
    const { failedAtMs, tenant, ...rest } = activity;
    const owned = ledger.state.of(tenant);
    const { pins, memberships } = owned;
    const [orphan, generationsAgo] = [owned.orphans.get(id), owned.generationsAgo(id)];
    const facts = {
      ...rest,
      pinned: pins.has(id),
      member: memberships.has(id),
      ...(failedAtMs === undefined ? {} : { failedAtMs }),
      ...(generationsAgo === undefined ? {} : { generationsAgo }),
      ...(orphan ? { orphanedAtMs: orphan.orphanedAtMs } : {}),
      ...instead,
    };
    return garbageReason(facts, rules, { nowMs: clock.now(), memoryIsShort });
  }

  async #destroy(
    garbage: readonly GarbageItem[],
    memoryIsShort: boolean,
    report: GarbageReport,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { sandboxes, clock } = this.#parts;
    const patientUntil = clock.monotonic() + PATIENCE_MS;
    let next = 0;
    const lane = async () => {
      for (let item = garbage[next++]; item !== undefined; item = garbage[next++]) {
        await nextTurn();
        if (this.#closed || signal?.aborted === true) return;
        const { id } = item;
        // Much may have happened since it was looked at: it runs again, was pinned, or has joined a population.
        const reason = this.#reason(id, memoryIsShort);
        if (reason === undefined) continue;
        try {
          await sandboxes.destroy(id, { reason, hurried: clock.monotonic() >= patientUntil });
          report.collected.push({ id, reason });
        } catch {
          report.failed.push({ id, reason });
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  /** Who left a population, or lost it, is remembered for as long as there is a sandbox. */
  async #forget(): Promise<void> {
    const { ledger, sandboxes } = this.#parts;
    const { state } = ledger;
    for (const [tenant, { left, orphans }] of state.tenants) {
      const isGone = (id: string) => sandboxes.activity(id)?.tenant !== tenant;
      const departures = (id: string): Change[] =>
        [...(left.get(id) ?? [])].map(({ population }) => ({
          table: 'member',
          population: population.id,
          id,
        }));
      const orphan = (id: string): Change[] => [{ table: 'orphan', tenant, id }];
      for (const [remembered, changesOf] of [
        [left, departures],
        [orphans, orphan],
      ] as const)
        for await (const ids of slices(remembered.keys())) {
          // What was read anew from the store is for the next sweep.
          if (this.#closed || ledger.state !== state) return;
          const changes = ids.filter(isGone).flatMap(changesOf);
          if (changes.length > 0) await ledger.commit(changes);
        }
    }
  }

  async *#inSlices(ids: readonly string[]): AsyncGenerator<string, void, void> {
    for await (const slice of slices(ids)) yield* slice;
  }
}

/** A few at a time, with a turn for everything else between. The source may change meanwhile, as maps do. */
async function* slices(ids: Iterable<string>): AsyncGenerator<string[], void, void> {
  let slice: string[] = [];
  for (const id of ids) {
    if (slice.push(id) < SLICE) continue;
    yield slice;
    slice = [];
    await nextTurn();
  }
  if (slice.length > 0) yield slice;
}
