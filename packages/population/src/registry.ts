import { type Clock, systemClock } from '@petri/core';
import { abandon, Checkpoints, unfinished } from './checkpoint/checkpoints.ts';
import type { PopulationEvents } from './events.ts';
import { type GarbageReport, GarbageCollector } from './gc/collector.ts';
import type { GarbageRules } from './gc/policy.ts';
import type { CollectableSandboxes } from './gc/sandboxes.ts';
import { FitnessBook } from './fitness-book.ts';
import { type IndividualSandboxes, NO_SANDBOXES } from './individuals.ts';
import { Immigrants } from './immigrants.ts';
import { Ledger } from './ledger.ts';
import { LineageBook } from './lineage/lineage-book.ts';
import { Pins } from './pins.ts';
import { Populations } from './populations.ts';
import { EVERYTHING, type Scope } from './scope.ts';
import { MemoryStore } from './store/memory-store.ts';
import type { PopulationStore } from './store/store.ts';
import type { Restore } from './types.ts';
import { type Census, censusOf, type Vitals, vitalsOf } from './vitals.ts';

export type RegistryOptions = {
  /** Default: one in memory. */
  store?: PopulationStore;
  clock?: Clock;
  /** Default: nobody is told. */
  events?: PopulationEvents;
  /** Default: individuals have none, and of their genomes is known what was given when they joined. */
  sandboxes?: IndividualSandboxes;
};

type Collection = {
  sandboxes: CollectableSandboxes;
  rules: GarbageRules;
  /** Told of each sweep that was no dry run. */
  onReport: (report: GarbageReport) => void;
};

/** What is recorded, as far as it is there for somebody. */
export type Books = {
  populations: Populations;
  fitness: FitnessBook;
  lineage: LineageBook;
  pins: Pins;
  checkpoints: Checkpoints;
};

/** What is recorded about populations, all of it: it answers from memory, and writes through to its store. */
export type Registry = Books & {
  immigrants: Immigrants;
  /** The same as it is there for one tenant, or made on its behalf. */
  seenBy(scope: Scope): Books;
  /** Of all populations together. */
  census(): Census;
  /** Of one; undefined if there is no such population. */
  vitals(population: string): Promise<Vitals | undefined>;
  /** Restores that are under way; of a registry that was just opened, those that its node did not live to finish. */
  unfinishedRestores(): Restore[];
  /** Ends such a one, when its sandboxes are gone. */
  abandonRestore(restore: Restore): Promise<void>;
  /** A collector of garbage that heeds what is recorded. It is the caller's to start and to close. */
  collector(collection: Collection): GarbageCollector;
};

/** Reads all that the store has. */
export async function openRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const { store = new MemoryStore(), clock = systemClock, sandboxes = NO_SANDBOXES } = options;
  const { events = SILENT } = options;
  const ledger = await Ledger.open(store);
  const seenBy = (scope: Scope): Books => ({
    populations: new Populations({ ledger, clock, sandboxes, scope }),
    fitness: new FitnessBook({ ledger, clock, events, scope }),
    lineage: new LineageBook({ ledger, clock, scope }),
    pins: new Pins({ ledger, clock, sandboxes, scope }),
    checkpoints: new Checkpoints({ ledger, sandboxes, scope }),
  });
  return {
    ...seenBy(EVERYTHING),
    immigrants: new Immigrants({ ledger, clock, events, sandboxes }),
    seenBy,
    census: () => censusOf(ledger.state),
    vitals: async (id) => {
      const found = ledger.state.populations.get(id);
      return found && vitalsOf(found, sandboxes);
    },
    unfinishedRestores: () => unfinished(ledger),
    abandonRestore: ({ id }) => abandon(ledger, id),
    collector: (collection) => new GarbageCollector({ ledger, clock, ...collection }),
  };
}

const SILENT: PopulationEvents = { fitnessRecorded: () => undefined, fitnessAdjusted: () => undefined };
