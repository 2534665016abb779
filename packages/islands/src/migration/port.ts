import type { ClaimedFitness, Genome, IslandPopulation, Limits, Migrant } from '@petri/contracts/v1';
import type { Individual } from '../policy/individual.ts';

/** An individual, ready to travel. */
export type Packed = Pick<
  Migrant,
  'behaviourSha256' | 'parents' | 'ancestry' | 'generation' | 'origin' | 'hops'
> & { genome: Genome; limits: Limits | undefined; fitness: ClaimedFitness | undefined };

/** What an evaluation here found. `merit` and `behaviour` as policies have them. */
export type Assessed = { fitness: ClaimedFitness; merit: number; behaviour: readonly number[] };

export type Arrival = {
  /** The id it gets, the same however often it arrives. */
  id: string;
  migrant: Migrant;
  fitness: ClaimedFitness;
  /** Resident whose place it takes. */
  givesWay: string | undefined;
};

/** The populations of this node's islands, whoever keeps them. All but `populations` reject for one that is not there. */
export interface IslandPort {
  /** Those that live on the island now. */
  populations(island: string): Promise<IslandPopulation[]>;
  individuals(island: string, population: string): Promise<Individual[]>;
  /** Whether an individual was ever let in here under the id, by `admit`; also if it has left since. */
  hasAdmitted(island: string, population: string, id: string): Promise<boolean>;
  /** SHA-256 of the evaluator that the newest scores come from; empty if there are none. */
  evaluatorOf(island: string, population: string): Promise<string>;
  pack(island: string, population: string, individual: string): Promise<Packed>;
  /**
   * Evaluates as the population is evaluated.
   *
   * @throws Refusal if the candidate fails, or nobody here knows how to evaluate it. Anything else is a failure of this
   * node, after which it is asked again.
   */
  evaluate(island: string, population: string, migrant: Migrant): Promise<Assessed>;
  /** Takes a claim for it. @throws Refusal. */
  believe(island: string, population: string, fitness: ClaimedFitness): Promise<Assessed>;
  /**
   * Lets it in with its fitness, and has somebody give way, all together or not at all. Of one that is there already
   * nothing changes, and its fitness stays. Resolves once all of that lasts.
   */
  admit(island: string, population: string, arrival: Arrival): Promise<void>;
}
