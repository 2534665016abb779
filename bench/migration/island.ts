import { type EvaluationSpec, type Petri, connect } from '@petri/client';
import { type BenchNode, startNode } from '../support/node.ts';
import { until } from '../../test/support/until.ts';

/** Individuals are constants, and the nearer to a number that is never reached, the better. */
const SPEC: EvaluationSpec = {
  suite: { cases: [{ function: 'f', expected: 1_000_000, comparison: 'CLOSENESS' }] },
};
/** Own individuals that an island keeps in a population. */
const KEPT = 100;
const START_MS = 60_000;
/** What comes and goes is not to be read between figures. */
const QUIET = { PETRI_SPARES: '0', PETRI_LOG_LEVEL: 'error' };

/** Every one is new, and better than all before it on whichever island. */
let made = 0;

/** One island of a node's, as the driver sees it. */
export class BenchIsland {
  readonly id: string;
  readonly node: BenchNode;
  readonly petri: Petri;
  readonly #suffix: string;
  readonly #own = new Map<string, string[]>();

  /** `suffix` is what its populations' ids end in on the node. */
  constructor(id: string, node: BenchNode, petri: Petri, suffix: string) {
    this.id = id;
    this.node = node;
    this.petri = petri;
    this.#suffix = suffix;
  }

  /** A population of so many; at least one, so that the node knows how to evaluate immigrants. */
  async found(population: string, members: number): Promise<void> {
    this.#own.set(population, []);
    await this.petri.populations.create({ id: this.#local(population) });
    await Promise.all(Array.from({ length: members }, () => this.improve(population)));
  }

  /** A new best individual of a population founded here; where there are many, the oldest of its own makes room. */
  async improve(population: string): Promise<void> {
    const { sandboxes, populations } = this.petri;
    const [value, local, own] = [++made, this.#local(population), this.#own.get(population)!];
    const id = `i${value}`;
    own.push(id);
    await sandboxes.create({ id, genome: `export const f = () => ${value};`, population: local });
    await populations.add(local, [id]);
    await sandboxes.evaluate(id, SPEC, { record: { population: local } });
    if (own.length <= KEPT) return;
    const oldest = own.shift()!;
    await populations.remove(local, [oldest]);
    await sandboxes.destroy(oldest);
  }

  #local(population: string): string {
    return `${population}${this.#suffix}`;
  }
}

export type Group = AsyncDisposable & { islands: BenchIsland[] };

/** A node for each id, over NATS, with an island of the same id; ready once all are in the plan. */
export async function startOverNats(
  server: string,
  ids: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Group> {
  await using stack = new AsyncDisposableStack();
  const islands: BenchIsland[] = [];
  for (const id of ids) islands.push(stack.use(await joinOverNats(server, id, environment)));
  await areTogether(islands, islands);
  const owned = stack.move();
  return { islands, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** One more. */
export async function joinOverNats(
  server: string,
  id: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<BenchIsland & AsyncDisposable> {
  const variables = { ...QUIET, PETRI_NODE: id, PETRI_NATS_SERVERS: server, ...environment };
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await startNode({ environment: variables }));
  const petri = stack.use(await connect(node.address));
  const owned = stack.move();
  const island = new BenchIsland(id, node, petri, '');
  return Object.assign(island, { [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

/** One node with an island for each id, without NATS. */
export async function startInProcess(
  ids: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Group> {
  await using stack = new AsyncDisposableStack();
  const variables = { ...QUIET, PETRI_ISLANDS: ids.join(','), ...environment };
  const node = stack.use(await startNode({ environment: variables }));
  const petri = stack.use(await connect(node.address));
  const islands = ids.map((id) => new BenchIsland(id, node, petri, `.${id}`));
  await areTogether(islands, islands);
  const owned = stack.move();
  return { islands, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Until the first ones know a plan that has all of the second. */
export async function areTogether(first: readonly BenchIsland[], all: readonly BenchIsland[]): Promise<void> {
  const seesAll = async ({ node }: BenchIsland) => {
    const { plan } = await node.archipelago.getTopology({});
    return all.every(({ id }) => plan?.islands.includes(id));
  };
  const haveMet = async () => (await Promise.all(first.map(seesAll))).every(Boolean);
  await until('all islands are in the plan', haveMet, START_MS);
}
