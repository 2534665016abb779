import { type Clock, systemClock } from '@petri/core';
import type { PopulationEvents } from './events.ts';
import { type GarbageReport, GarbageCollector } from './gc/collector.ts';
import type { GarbageRules } from './gc/policy.ts';
import type { CollectableSandboxes } from './gc/sandboxes.ts';
import { FitnessBook } from './fitness-book.ts';
import { Ledger } from './ledger.ts';
import { LineageBook } from './lineage/lineage-book.ts';
import { Pins } from './pins.ts';
import { Populations } from './populations.ts';
import { MemoryStore } from './store/memory-store.ts';
import type { PopulationStore } from './store/store.ts';

export type RegistryOptions = {
  /** Default: one in memory. */
  store?: PopulationStore;
  clock?: Clock;
  /** Default: nobody is told. */
  events?: PopulationEvents;
  /** The hash of the genome that an individual has now. Default: only what was given when it joined is known. */
  genomeOf?: (id: string) => string | undefined;
};

type Collection = {
  sandboxes: CollectableSandboxes;
  rules: GarbageRules;
  /** Told of each sweep that was no dry run. */
  onReport: (report: GarbageReport) => void;
};

/** What is recorded about populations: it answers from memory, and writes through to its store. */
export type Registry = {
  populations: Populations;
  fitness: FitnessBook;
  lineage: LineageBook;
  pins: Pins;
  /** A collector of garbage that heeds what is recorded. It is the caller's to start and to close. */
  collector(collection: Collection): GarbageCollector;
};

/** Reads all that the store has. */
export async function openRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const { store = new MemoryStore(), clock = systemClock, genomeOf = () => undefined } = options;
  const { events = SILENT } = options;
  const ledger = await Ledger.open(store);
  return {
    populations: new Populations({ ledger, clock, genomeOf }),
    fitness: new FitnessBook({ ledger, clock, events }),
    lineage: new LineageBook({ ledger, clock }),
    pins: new Pins({ ledger, clock }),
    collector: (collection) => new GarbageCollector({ ledger, clock, ...collection }),
  };
}

const SILENT: PopulationEvents = { fitnessRecorded: () => undefined, fitnessAdjusted: () => undefined };
