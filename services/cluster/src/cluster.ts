import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defaults } from './config.ts';
import { Member } from './member.ts';
import type { ClusterOptions } from './options.ts';
import { nats, type Program, service } from './program.ts';

export type ClusterEvents = {
  /** A line that a process printed. */
  onLine: (name: string, line: string) => void;
  /** A sentence about a process that died, or is back. */
  onNews: (name: string, sentence: string) => void;
  /** A process does not start any more. */
  onFailure: (error: Error) => void;
};

type Sizes = Pick<ClusterOptions, 'nodes' | 'coordinators' | 'data' | 'port'>;
type Named = { name: string; member: Member };

/** NATS, coordinators and nodes, each a process of this machine. */
export class Cluster {
  readonly #sizes: Sizes;
  readonly #env: NodeJS.ProcessEnv;
  readonly #events: ClusterEvents;
  readonly #directory: string;
  readonly #nats: Named;
  #coordinators: Named[] = [];
  #nodes: Named[] = [];

  constructor(sizes: Sizes, env: NodeJS.ProcessEnv, events: ClusterEvents) {
    this.#sizes = sizes;
    this.#env = env;
    this.#events = events;
    const { data } = sizes;
    this.#directory = data === undefined ? mkdtempSync(join(tmpdir(), 'petri-cluster-')) : resolve(data);
    this.#nats = this.#member('nats', (before) => nats(this.#dataOf('nats'), portOf(before) ?? -1, env));
  }

  get natsUrl(): string {
    return `nats://${this.#nats.member.address}`;
  }

  get nodes(): { name: string; address: string }[] {
    return this.#nodes.map(({ name, member: { address } }) => ({ name, address }));
  }

  get coordinators(): { name: string; address: string }[] {
    return this.#coordinators.map(({ name, member: { address } }) => ({ name, address }));
  }

  /** By name, for who wants to see one die. */
  get pids(): Record<string, number | undefined> {
    return Object.fromEntries(this.#all().map(({ name, member }) => [name, member.pid]));
  }

  /** Resolves once all are ready. @throws Error that says which is not, and why. */
  async start(): Promise<void> {
    const { nodes, coordinators, port } = this.#sizes;
    await started(this.#nats);
    const at = (index: number) => (port === 0 ? 0 : port + index);
    this.#nodes = range(nodes).map((index) => this.#node(`node-${index + 1}`, at(index)));
    this.#coordinators = range(coordinators).map((index) =>
      this.#coordinator(`coordinator-${index + 1}`, at(nodes + index)),
    );
    await Promise.all([...this.#coordinators, ...this.#nodes].map(started));
  }

  /** Nodes before who leads them, and NATS last. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map(({ member }) => member.stop()));
    await Promise.all(this.#coordinators.map(({ member }) => member.stop()));
    await this.#nats.member.stop();
    this.#forget();
  }

  /** Ends all at once. */
  kill(): void {
    for (const { member } of this.#all()) member.kill();
    this.#forget();
  }

  #all(): Named[] {
    return [...this.#nodes, ...this.#coordinators, this.#nats];
  }

  #forget(): void {
    const options = { recursive: true, force: true, maxRetries: 3 };
    if (this.#sizes.data === undefined) rmSync(this.#directory, options);
  }

  #node(name: string, port: number): Named {
    const { nodes, coordinators } = this.#sizes;
    const leading = coordinators > 0 ? { PETRI_LEASE_MS: '0' } : {};
    return this.#member(name, (before) =>
      service('node', name, {
        ...defaults(nodes),
        ...this.#env,
        ...this.#shared(portOf(before) ?? port),
        ...leading,
        PETRI_NODE: name,
        PETRI_ISLANDS: name,
        PETRI_DATA_DIR: this.#dataOf(name),
      }),
    );
  }

  #coordinator(name: string, port: number): Named {
    return this.#member(name, (before) =>
      service('coordinator', name, {
        ...defaults(this.#sizes.nodes),
        ...this.#env,
        ...this.#shared(portOf(before) ?? port),
        PETRI_COORDINATOR: name,
      }),
    );
  }

  #shared(port: number): Record<string, string> {
    return { PETRI_PORT: String(port), PETRI_NATS_SERVERS: this.natsUrl };
  }

  #member(name: string, program: (before: string | undefined) => Program): Named {
    const { onLine, onNews, onFailure } = this.#events;
    const member = new Member(program, {
      onLine: (line) => onLine(name, line),
      onDeath: (how) => onNews(name, `${how}; it is started again`),
      onReturn: () => onNews(name, `is back on ${member.address}`),
      onLoss: (thrown) => onFailure(explained(name, thrown)),
    });
    return { name, member };
  }

  #dataOf(name: string): string {
    const directory = join(this.#directory, name);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  }
}

async function started({ name, member }: Named): Promise<void> {
  try {
    await member.start();
  } catch (thrown) {
    throw explained(name, thrown);
  }
}

function explained(name: string, thrown: unknown): Error {
  return new Error(`${name} does not start: ${(thrown as Error).message}`, { cause: thrown });
}

function portOf(address: string | undefined): number | undefined {
  return address === undefined ? undefined : Number(address.slice(address.lastIndexOf(':') + 1));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
