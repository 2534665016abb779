import type { EvaluationSpec, Petri } from '@petri/client';
import type { Exchanged } from '../evolution/exchange.ts';
import type { Individual, Offspring } from '../evolution/individual.ts';
import { elite } from '../evolution/selection.ts';
import { parseModule } from '../gp/parse.ts';
import { withinLimits } from '../gp/vary.ts';
import { MEMORY_BYTES } from '../node/limits.ts';
import type { Problem } from '../problems/problem.ts';

/** Of each generation, the best few live on the island, from where migrants are chosen. */
const SHOWN = 6;

export interface ResidentsOptions {
  readonly petri: Pick<Petri, 'populations' | 'sandboxes' | 'lineage'>;
  readonly island: string;
  /** Id of the population on the node. */
  readonly population: string;
  readonly problem: Problem;
  readonly spec: EvaluationSpec;
}

/** The population of an island on its node: the best of the engine's, and who came from other islands. */
export class Residents {
  readonly #options: ResidentsOptions;
  /** Members, by source; migrants among them, under the ids that they were admitted with. */
  #members = new Map<string, string>();
  #born = 0;

  constructor(options: ResidentsOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { petri, population, island } = this.#options;
    await petri.populations.create({ id: population, island });
  }

  /** Makes the best of a generation the members, and tells who has come since the last. */
  async exchange(generation: readonly Individual[]): Promise<Exchanged> {
    const { petri, population } = this.#options;
    const there: string[] = [];
    for await (const { id } of petri.populations.members(population)) there.push(id);
    const arrivals = await this.#arrivals(there);
    const shown = elite(generation, SHOWN).filter(({ score }) => score > 0);
    const stay = shown.filter((each) => this.#isThere(each, there));
    const newcomers = shown.flatMap((each) => (stay.includes(each) ? [] : [{ each, id: this.#nextId() }]));
    await this.#settle(newcomers);
    const survivors = stay.map(({ source }) => this.#members.get(source) as string);
    const births = newcomers.map(({ each, id }) => ({ id, birth: { parents: each.descent } }));
    const { left } = await petri.populations.advance(
      population,
      { survivors, newcomers: births },
      { allowForeignParents: true },
    );
    const late = await this.#arrivals(left);
    await this.#evaluate(newcomers.map(({ id }) => id));
    await petri.sandboxes.batchDestroy(left, { allowMissing: true });
    this.#members = new Map([
      ...stay.map(({ source }, index) => [source, survivors[index] as string] as const),
      ...newcomers.map(({ each, id }) => [each.source, id] as const),
    ]);
    return { recorded: this.#members, newcomers: [...arrivals, ...late] };
  }

  /** Records an individual that is no member, for its lineage. Its id. */
  async record({ source, descent }: Individual): Promise<string> {
    const { petri, population, island } = this.#options;
    const known = this.#members.get(source);
    if (known !== undefined) return known;
    const id = this.#nextId();
    await petri.lineage.record([{ id, parents: descent, population, island }], { allowForeignParents: true });
    return id;
  }

  /** Leaves nothing on the node. */
  async close(): Promise<void> {
    const { petri, population } = this.#options;
    await petri.populations.delete(population, { allowMissing: true });
    const ids: string[] = [];
    for await (const { id } of petri.sandboxes.list({ population })) ids.push(id);
    await petri.sandboxes.batchDestroy(ids, { allowMissing: true });
  }

  #isThere({ source }: Individual, there: readonly string[]): boolean {
    const id = this.#members.get(source);
    return id !== undefined && there.includes(id);
  }

  /** A lineage never changes: whoever comes back is born anew. */
  #nextId(): string {
    return `${this.#options.population}-${++this.#born}`;
  }

  /** Those of these members that the engine has not made, nor seen yet; from here on they are known by their ids. */
  async #arrivals(ids: readonly string[]): Promise<Offspring[]> {
    const { petri, population, problem } = this.#options;
    const own = new Set(this.#members.values());
    const found: Offspring[] = [];
    for (const id of ids.filter((each) => !own.has(each) && !each.startsWith(`${population}-`))) {
      const { code } = await petri.sandboxes.version(id);
      const source = 'javascript' in code ? code.javascript : '';
      const tree = parseModule(source, problem.grammar.variables);
      if (tree === undefined || !withinLimits(tree, problem.settings.limits)) continue;
      this.#members.set(source, id);
      found.push({ tree, descent: [id] });
    }
    return found;
  }

  async #settle(newcomers: readonly { each: Individual; id: string }[]): Promise<void> {
    const { petri, population } = this.#options;
    const requests = newcomers.map(({ each: { source }, id }) => ({
      id,
      genome: source,
      population,
      limits: { memoryBytes: MEMORY_BYTES },
    }));
    if (requests.length === 0) return;
    for (const { error } of await petri.sandboxes.batchCreate(requests)) if (error) throw error;
  }

  async #evaluate(ids: readonly string[]): Promise<void> {
    const { petri, population, spec } = this.#options;
    if (ids.length === 0) return;
    const record = { population };
    for await (const { error } of petri.sandboxes.batchEvaluate(ids, spec, { record }))
      if (error) throw error;
  }
}
