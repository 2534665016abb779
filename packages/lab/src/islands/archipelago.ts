import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@petri/client';
import type { ConnectOptions, Petri } from '@petri/client';

/** Nodes hear of each other in two beats, and a coordinator makes its plan then. */
const PLAN_MS = 30_000;
const POLL_MS = 100;

export interface Place {
  readonly island: string;
  readonly petri: Petri;
  /** Whether its node has other islands, too. */
  readonly shared: boolean;
}

/** Connections to nodes, and the islands that are there. */
export class Places implements AsyncDisposable {
  readonly all: readonly Place[];
  readonly #connections: AsyncDisposableStack;

  private constructor(all: readonly Place[], connections: AsyncDisposableStack) {
    this.all = all;
    this.#connections = connections;
  }

  static async open(addresses: readonly string[], options: ConnectOptions): Promise<Places> {
    await using connections = new AsyncDisposableStack();
    const places: Place[] = [];
    for (const address of addresses) {
      const petri = connections.use(await connect(address, options));
      await petri.waitUntilServing();
      const islands = await islandsOf(petri);
      if (islands.length === 0) throw new Error(`${address} is no node with islands`);
      places.push(...islands.map((island) => ({ island, petri, shared: islands.length > 1 })));
    }
    return new Places(places, connections.move());
  }

  /** Resolves once whoever leads has connected all of them. */
  async connected(signal: AbortSignal): Promise<void> {
    const [first] = this.all;
    if (first === undefined || this.all.length === 1) return;
    const last = performance.now() + PLAN_MS;
    for (;;) {
      const { edges } = await first.petri.archipelago.topology();
      const reached = new Set(edges.flatMap(({ from, to }) => [from, to]));
      if (this.all.every(({ island }) => reached.has(island))) return;
      if (performance.now() > last)
        throw new Error(`no plan of the archipelago within ${PLAN_MS} ms: does anybody lead it?`);
      await delay(POLL_MS, undefined, { signal });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connections.disposeAsync();
  }
}

async function islandsOf({ archipelago }: Petri): Promise<string[]> {
  const self = await archipelago.self();
  const node = (await archipelago.nodes()).find(({ id }) => id === self);
  return node?.islands.map(({ id }) => id) ?? [];
}
