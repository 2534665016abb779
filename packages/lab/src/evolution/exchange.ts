import type { Individual, Offspring } from './individual.ts';

export interface Exchanged {
  /** Ids under which individuals are recorded, by their source. */
  readonly recorded: ReadonlyMap<string, string>;
  /** Who came from elsewhere; they take part in the next generation. */
  readonly newcomers: readonly Offspring[];
}

/** Shows a generation to others, and takes in who came from them. */
export type Exchange = (population: readonly Individual[]) => Promise<Exchanged>;
