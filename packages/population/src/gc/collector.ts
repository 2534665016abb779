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
  #sweeping: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: Collaborators) {
    this.#parts = parts;
  }

  /** Collects by itself from now on. 0 does not. */
  start(intervalMs: number): void {
    if (intervalMs === 0 || this.#closed) return;
    this.#timer = setTimeout(() => {
      // A sweep fails where the store does, and the next one tries again.
      void this.collect()
        .catch(() => undefined)
        .then(() => this.start(intervalMs));
    }, intervalMs).unref();
  }

  /** Resolves when no sweep is under way. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  /** After those that were asked for before. */
  collect({ dryRun = false }: { dryRun?: boolean } = {}): Promise<GarbageReport> {
    const sweep = this.#sweeping.then(() => this.#sweep(dryRun));
    this.#sweeping = sweep.catch(() => undefined);
    return sweep;
  }

  async #sweep(dryRun: boolean): Promise<GarbageReport> {
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
      await this.#destroy(garbage, memoryIsShort, report);
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
    const left = this.#generationsAgo();
    const garbage: GarbageItem[] = [];
    for await (const id of this.#inSlices(ids)) {
      report.examined++;
      const reason = this.#reason(id, left.get(id), memoryIsShort);
      if (reason !== undefined) garbage.push({ id, reason });
      else if (this.#reason(id, left.get(id), memoryIsShort, { busy: false, pinned: false }) !== undefined)
        report.spared++;
    }
    return garbage;
  }

  #reason(
    id: string,
    generationsAgo: number | undefined,
    memoryIsShort: boolean,
    instead: { busy?: boolean; pinned?: boolean } = {},
  ): GarbageReason | undefined {
    const { sandboxes, rules, clock, ledger } = this.#parts;
    const activity = sandboxes.activity(id);
    if (activity === undefined) return undefined;
    const { failedAtMs, ...rest } = activity;
    const { pins, memberships, orphans } = ledger.state;
    const orphan = orphans.get(id);
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
  ): Promise<void> {
    const { sandboxes } = this.#parts;
    let next = 0;
    const lane = async () => {
      for (let item = garbage[next++]; item !== undefined && !this.#closed; item = garbage[next++]) {
        await nextTurn();
        const { id } = item;
        // Much may have happened since it was looked at: it runs again, was pinned, or has joined a population.
        const reason = this.#reason(id, this.#generationsAgoOf(id), memoryIsShort);
        if (reason === undefined) continue;
        try {
          await sandboxes.destroy(id);
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
    const isGone = (id: string) => sandboxes.activity(id) === undefined;
    const gone: Change[] = [];
    for (const [population, { former }] of ledger.state.populations)
      for (const id of former.keys()) if (isGone(id)) gone.push({ table: 'member', population, id });
    for (const id of ledger.state.orphans.keys()) if (isGone(id)) gone.push({ table: 'orphan', id });
    for (let at = 0; at < gone.length && !this.#closed; at += SLICE) {
      // Who has joined again meanwhile, or whose population is gone, is not forgotten.
      const still = gone
        .slice(at, at + SLICE)
        .filter(
          (change) =>
            change.table !== 'member' ||
            ledger.state.populations.get(change.population)?.former.has(change.id),
        );
      await ledger.commit(still);
      await nextTurn();
    }
  }

  #generationsAgo(): Map<string, number> {
    const ago = new Map<string, number>();
    for (const { population, former } of this.#parts.ledger.state.populations.values())
      for (const { id, leftGeneration = 0 } of former.values())
        ago.set(id, Math.min(ago.get(id) ?? Infinity, population.generation - leftGeneration));
    return ago;
  }

  #generationsAgoOf(id: string): number | undefined {
    let ago: number | undefined;
    for (const { population, former } of this.#parts.ledger.state.populations.values()) {
      const left = former.get(id)?.leftGeneration;
      if (left !== undefined) ago = Math.min(ago ?? Infinity, population.generation - left);
    }
    return ago;
  }

  async *#inSlices(ids: readonly string[]): AsyncGenerator<string, void, void> {
    for (const [at, id] of ids.entries()) {
      if (at % SLICE === SLICE - 1) await nextTurn();
      yield id;
    }
  }
}
