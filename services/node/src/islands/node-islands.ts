import { create } from '@bufbuild/protobuf';
import {
  type ClaimedFitness,
  ClaimedFitnessSchema,
  GenomeSchema,
  type IslandPopulation,
  IslandPopulationSchema,
  LimitsSchema,
  type Migrant,
} from '@petri/contracts/v1';
import { notFound, PetriError } from '@petri/core';
import {
  type Arrival,
  type Assessed,
  type Individual,
  type IslandPort,
  type Packed,
  Refusal,
} from '@petri/islands';
import type { LineageBook, PopulationInfo, Registry } from '@petri/population';
import type { Evaluation, Genome, SandboxRuntime } from '@petri/sandbox';
import { genomesOf } from '../genomes.ts';
import { limitsMessage, readLimits } from '../mapping/limits.ts';
import { moduleMessage, readGenome } from '../mapping/modules.ts';
import { mapped } from '../mapping/problems.ts';
import { Ancestry } from './ancestry.ts';
import type { Evaluators } from './evaluators.ts';
import { behaviourOf, behaviourSha256, claimOf, meritOf } from './worth.ts';

/** Labels of a sandbox that came from elsewhere. */
const HOPS = 'petri.migrant.hops';
const ORIGIN = 'petri.migrant.origin';
const FROM = 'petri.migrant.from';
const PAGE = 1_000;
const FULL: ReadonlySet<string> = new Set(['POPULATION_FULL', 'LINEAGE_FULL']);

type Collaborators = {
  runtime: SandboxRuntime;
  registry: Registry;
  evaluators: Evaluators;
  /** Id of this node. */
  node: string;
  /** Of this node. With one, its populations are all the node's; with several, those whose id ends in ".<island>". */
  islands: readonly string[];
};

/** The node's populations, as islands that individuals come to and go from. */
export class NodeIslands implements IslandPort {
  readonly #runtime: SandboxRuntime;
  readonly #registry: Registry;
  readonly #evaluators: Evaluators;
  readonly #node: string;
  readonly #alone: boolean;
  readonly #genomeOf: (id: string) => string | undefined;

  constructor({ runtime, registry, evaluators, node, islands }: Collaborators) {
    this.#runtime = runtime;
    this.#registry = registry;
    this.#evaluators = evaluators;
    this.#node = node;
    this.#alone = islands.length === 1;
    this.#genomeOf = genomesOf(runtime);
  }

  async populations(island: string): Promise<IslandPopulation[]> {
    const suffix = this.#suffix(island);
    return this.#allPopulations()
      .filter(({ id }) => id.endsWith(suffix) && id.length > suffix.length)
      .map(({ id, generation, size }) => {
        const best = this.#registry.fitness.top(id, 1).ranked[0]?.fitness.score;
        const population = id.slice(0, id.length - suffix.length);
        const bestScore = best === undefined ? {} : { bestScore: best };
        return create(IslandPopulationSchema, { population, generation, members: size, ...bestScore });
      });
  }

  async individuals(island: string, population: string): Promise<Individual[]> {
    const { id, direction } = this.#population(island, population);
    return this.#members(id).map(({ id: individual, genomeSha256, fitness }) => ({
      id: individual,
      genomeSha256: this.#genomeOf(individual) ?? genomeSha256,
      merit: meritOf(direction, fitness?.score),
      behaviour: behaviourOf(fitness?.components ?? {}),
    }));
  }

  async hasAdmitted(island: string, population: string, id: string): Promise<boolean> {
    const { id: local, tenant } = this.#population(island, population);
    // Recorded in one change with its joining, and kept when it leaves.
    return this.#lineage(tenant).find(id)?.birth?.population === local;
  }

  async evaluatorOf(island: string, population: string): Promise<string> {
    const { id } = this.#population(island, population);
    return this.#registry.fitness.newest(id)?.evaluatorSha256 ?? '';
  }

  async pack(island: string, population: string, individual: string): Promise<Packed> {
    const { id, tenant } = this.#population(island, population);
    const { entry, modules, limits, labels } = this.#runtime.get(individual, { tenant });
    const [fitness] = this.#registry.fitness.get(id, [individual]);
    const generation = fitness?.generation ?? 0;
    const genomeSha256 = this.#genomeOf(individual) ?? '';
    const ancestry = this.#ancestry(tenant).of({ id: individual, island, genomeSha256, generation });
    const genome = create(GenomeSchema, {
      entry,
      modules: modules.map(({ module, code }) => moduleMessage(module, code)),
    });
    return {
      genome,
      limits: create(LimitsSchema, limitsMessage(limits)),
      fitness: fitness && claimOf(fitness),
      behaviourSha256: fitness ? behaviourSha256(fitness) : '',
      parents: ancestry[0]?.parents ?? [],
      ancestry,
      generation,
      origin: labels[ORIGIN] ?? island,
      hops: Number(labels[HOPS] ?? 0),
    };
  }

  async evaluate(island: string, population: string, migrant: Migrant): Promise<Assessed> {
    const { id, direction } = this.#population(island, population);
    const wanted = migrant.fitness?.evaluatorSha256 ?? '';
    const spec = this.#evaluators.find(wanted);
    if (!spec)
      throw new Refusal(
        'UNKNOWN_EVALUATOR',
        `nothing was evaluated here by ${wanted || 'an evaluator'} of late`,
      );
    const { genome, limits } = read(migrant);
    const options = limits === undefined ? {} : { limits };
    const evaluation = await this.#runtime.evaluateGenome(genome, spec, `island-${id}`, options);
    const { score } = evaluation;
    if (score === undefined) throw failed(evaluation);
    const { components, evaluatorSha256 } = evaluation;
    const fitness = create(ClaimedFitnessSchema, { score, components, evaluatorSha256 });
    return { fitness, merit: meritOf(direction, score)!, behaviour: behaviourOf(components) };
  }

  async believe(island: string, population: string, fitness: ClaimedFitness): Promise<Assessed> {
    const { direction } = this.#population(island, population);
    return { fitness, merit: meritOf(direction, fitness.score)!, behaviour: behaviourOf(fitness.components) };
  }

  async admit(
    island: string,
    population: string,
    { id, migrant, fitness, givesWay }: Arrival,
  ): Promise<void> {
    const { id: local, tenant } = this.#population(island, population);
    const { parents, ancestry } = this.#ancestry(tenant).read(migrant);
    if (!this.#runtime.find(id)) await this.#create(id, { id: local, tenant }, migrant);
    const { origin, genomeSha256 } = migrant;
    const { score, components, evaluatorSha256 } = fitness;
    const immigrant = {
      id,
      genomeSha256,
      birth: { parents, mutationType: 'migration', island: origin },
      ancestry,
      fitness: { result: { score }, components, evaluatorSha256 },
      givesWay,
    };
    const unwanted = await this.#registry.immigrants.admit(local, immigrant).catch(refuseWhereFull);
    if (unwanted === undefined || this.#runtime.find(unwanted)?.tenant !== tenant) return;
    await this.#runtime.destroy(unwanted, { tenant });
  }

  /** Whose a population of an island is, and its id on this node; undefined if it is not there. */
  find(island: string, population: string): Pick<PopulationInfo, 'id' | 'tenant'> | undefined {
    try {
      return this.#population(island, population);
    } catch {
      return undefined;
    }
  }

  async #create(
    id: string,
    { id: population, tenant }: Pick<PopulationInfo, 'id' | 'tenant'>,
    migrant: Migrant,
  ): Promise<void> {
    const { genome, limits } = read(migrant);
    await this.#runtime.create({
      id,
      tenant,
      genome,
      population,
      labels: { [HOPS]: String(migrant.hops), [ORIGIN]: migrant.origin, [FROM]: migrant.from },
      ...(limits === undefined ? {} : { limits }),
    });
  }

  #ancestry(tenant: string): Ancestry {
    return new Ancestry(this.#lineage(tenant), this.#node);
  }

  #lineage(tenant: string): LineageBook {
    return this.#registry.seenBy({ tenant, all: false, onForeign: () => undefined }).lineage;
  }

  #localId(island: string, population: string): string {
    return `${population}${this.#suffix(island)}`;
  }

  #suffix(island: string): string {
    return this.#alone ? '' : `.${island}`;
  }

  #population(island: string, population: string): PopulationInfo {
    if (population === '') throw notFound('population', population);
    return this.#registry.populations.get(this.#localId(island, population));
  }

  #allPopulations(): PopulationInfo[] {
    return pages((pageToken) => {
      const { populations, nextPageToken } = this.#registry.populations.list({ pageSize: PAGE, pageToken });
      return { items: populations, nextPageToken };
    });
  }

  #members(population: string) {
    return pages((pageToken) => {
      const page = this.#registry.populations.listMembers(population, { pageSize: PAGE, pageToken });
      return { items: page.members, nextPageToken: page.nextPageToken };
    });
  }
}

/** @throws PetriError `invalid_argument`, for which the migrant is refused. */
function read({ genome, limits }: Migrant): { genome: Genome; limits: ReturnType<typeof readLimits> } {
  return mapped((problems) => ({
    genome: readGenome(problems, genome ?? create(GenomeSchema)),
    limits: readLimits(problems, limits),
  }));
}

/** What is full for good holds nobody up. @throws Refusal, or what was thrown. */
function refuseWhereFull(thrown: unknown): never {
  const { reason = '', message = '' } = thrown instanceof PetriError ? thrown : {};
  throw FULL.has(reason) ? new Refusal(reason, message) : thrown;
}

function failed({ outcome, error }: Evaluation): Refusal {
  return new Refusal(
    'EVALUATION_FAILED',
    `its evaluation here ended as ${outcome}${error ? `: ${error.message}` : ''}`,
  );
}

function pages<T>(page: (pageToken: string) => { items: T[]; nextPageToken: string }): T[] {
  const found: T[] = [];
  let token = '';
  do {
    const { items, nextPageToken } = page(token);
    found.push(...items);
    token = nextPageToken;
  } while (token !== '');
  return found;
}
