import { POPULATIONS, type PopulationStore, SqlitePopulationStore } from '@petri/population';
import type { SandboxStore } from '@petri/sandbox';
import { openDatabase } from '@petri/storage';
import type { EvaluatorStore } from '../islands/evaluators.ts';
import { EVALUATORS, SqliteEvaluatorStore } from './evaluator-store.ts';
import { SANDBOXES } from './schema.ts';
import { SqliteSandboxStore } from './sandbox-store.ts';

/** Where what a node holds outlives it. Whoever uses it is closed first. */
export type Storage = {
  sandboxes?: SandboxStore;
  populations?: PopulationStore;
  evaluators?: EvaluatorStore;
  close: () => Promise<void>;
};

/** Without a directory everything is in memory. @throws PetriError as `openDatabase` */
export async function openStorage(directory: string | undefined): Promise<Storage> {
  if (directory === undefined) return { close: () => Promise.resolve() };
  const database = await openDatabase({ directory, components: [SANDBOXES, POPULATIONS, EVALUATORS] });
  return {
    sandboxes: new SqliteSandboxStore(database),
    populations: new SqlitePopulationStore(database),
    evaluators: new SqliteEvaluatorStore(database),
    close: () => database.close(),
  };
}
