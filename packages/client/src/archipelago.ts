import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceClient } from '@petri/contracts';
import {
  type ArchipelagoService,
  type Island as IslandMessage,
  type Migration as MigrationMessage,
  type MigrationPolicy as PolicyMessage,
  type MigrationSchedule as ScheduleMessage,
  type MigrationTotals,
  MigrationTrigger as WireTrigger,
  NodeState as WireNodeState,
  ReplacementKind as WireReplacement,
  SelectionKind as WireSelection,
  TopologyKind as WireTopology,
  TopologySchema,
  Verdict as WireVerdict,
} from '@petri/contracts/v1';
import { namer, type NameOf } from './enums.ts';
import type { Bounds, CallOptions } from './options.ts';
import { present } from './present.ts';
import { msOf } from './time.ts';

export type NodeState = NameOf<typeof WireNodeState>;
export type Verdict = NameOf<typeof WireVerdict> | 'IN_FLIGHT';
export type TopologyKind = NameOf<typeof WireTopology>;

export type Island = {
  id: string;
  node: string;
  populations: { population: string; generation: number; members: number; bestScore?: number }[];
};

export type ArchipelagoNode = {
  id: string;
  state: NodeState;
  /** Counts its starts. */
  incarnation: number;
  address: string;
  islands: Island[];
  silenceMs: number;
};

export type Edge = { from: string; to: string; /** Default 1. */ probability?: number };

export type Topology = { kind: TopologyKind; degree?: number; center?: string; edges?: readonly Edge[] };

/** How individuals are chosen; what is left out is as the node has it by default. */
export type MigrationPolicy = {
  /** Who emigrates. Default BEST. */
  selection?: NameOf<typeof WireSelection>;
  /** Contestants of a tournament. Default 3. */
  tournamentSize?: number;
  /** Who gives way. Default WORST. */
  replacement?: NameOf<typeof WireReplacement>;
  /** Whether immigrants are admitted with the score that they claim. Default false: they are evaluated again. */
  trustScores?: boolean;
  /** Islands that a genome may be sent on to. Default 16. */
  maxHops?: number;
  /** How long a migrant may be under way. Default ten minutes. */
  ttlMs?: number;
  /** Members of a population on an island; 0, the default, is no bound. */
  capacity?: number;
};

/** When islands send by themselves; with neither interval they do not. */
export type MigrationSchedule = {
  /** Every so many generations. */
  generations?: number;
  /** Every so often. */
  intervalMs?: number;
  /** Migrants an edge. Default 1, at most 100. */
  count?: number;
  /** Only these. Default: all. */
  populations?: readonly string[];
};

/** sent = admitted + duplicate + rejected + dropped + inFlight. */
export type Counts = {
  sent: number;
  admitted: number;
  duplicate: number;
  rejected: number;
  dropped: number;
  inFlight: number;
};

export type Migration = Counts & {
  id: string;
  population: string;
  from: string;
  to: string;
  /** Who wanted it: a caller of `migrate`, the schedule, or the island that receives, which was away or joined late. */
  trigger: NameOf<typeof WireTrigger>;
  /** Why it could not be sent; '' otherwise. */
  error: string;
  migrants: {
    genomeSha256: string;
    individual: string;
    verdict: Verdict;
    reason: string;
    message: string;
    /** Id where it went to; '' unless it was admitted. */
    admittedAs: string;
  }[];
};

export type MigrateRequest = {
  from: string;
  to: string;
  population: string;
  /** Default 1, at most 100. */
  count?: number;
  /** Asking again with the same id is asking once. Default: generated. */
  id?: string;
};

const nodeStateName = namer(WireNodeState);
const triggerName = namer(WireTrigger);
const verdictName = namer(WireVerdict);
const topologyName = namer(WireTopology);
const selectionName = namer(WireSelection);
const replacementName = namer(WireReplacement);

/** The nodes that the connected one knows, and the migration between their islands. */
export class Archipelago {
  readonly #client: ServiceClient<typeof ArchipelagoService>;
  readonly #bounds: Bounds;

  constructor(client: ServiceClient<typeof ArchipelagoService>, bounds: Bounds) {
    this.#client = client;
    this.#bounds = bounds;
  }

  async nodes(options?: CallOptions): Promise<ArchipelagoNode[]> {
    const { nodes } = await this.#client.listNodes({}, this.#bounds(options));
    return nodes.map(({ id, state, incarnation, address, islands, silence }) => ({
      id,
      state: nodeStateName(state),
      incarnation: Number(incarnation),
      address,
      islands: islands.map(islandOf),
      silenceMs: msOf(silence),
    }));
  }

  /** Id of the connected node; '' for a coordinator, which is none. */
  async self(options?: CallOptions): Promise<string> {
    return (await this.#client.listNodes({}, this.#bounds(options))).self;
  }

  /** Id of the node or coordinator that leads; '' if none does. */
  async leader(options?: CallOptions): Promise<string> {
    return (await this.#client.listNodes({}, this.#bounds(options))).leader;
  }

  async islands(population = '', options?: CallOptions): Promise<Island[]> {
    return (await this.#client.listIslands({ population }, this.#bounds(options))).islands.map(islandOf);
  }

  /** As it was set, and what is in force; `epoch` 0 while there is no plan. */
  async topology(
    options?: CallOptions,
  ): Promise<{ kind: TopologyKind; epoch: number; edges: Edge[]; revision: number }> {
    const { topology, plan, revision } = await this.#client.getTopology({}, this.#bounds(options));
    return {
      kind: topologyName(topology?.kind || WireTopology.RING),
      epoch: Number(plan?.epoch ?? 0n),
      edges: (plan?.edges ?? []).map(({ from, to, probability = 1 }) => ({ from, to, probability })),
      revision: Number(revision),
    };
  }

  /** The new revision. @throws PetriError `aborted` if the settings are not at the revision expected. */
  async setTopology(topology: Topology, expectedRevision?: number, options?: CallOptions): Promise<number> {
    const { kind, degree = 0, center = '', edges = [] } = topology;
    const message = create(TopologySchema, { kind: WireTopology[kind], degree, center, edges: [...edges] });
    const request = { topology: message, ...expecting(expectedRevision) };
    return Number((await this.#client.setTopology(request, this.#bounds(options))).revision);
  }

  /** As they were set, and as `setPolicy` takes them; what nobody set is left out, and as it is by default. */
  async policy(
    options?: CallOptions,
  ): Promise<{ policy: MigrationPolicy; schedule: MigrationSchedule; revision: number }> {
    const { policy, schedule, revision } = await this.#client.getMigrationPolicy({}, this.#bounds(options));
    return {
      policy: policy ? policyOf(policy) : {},
      schedule: schedule ? scheduleOf(schedule) : {},
      revision: Number(revision),
    };
  }

  /** Replaces what is given. The new revision. @throws PetriError `aborted` if the settings are not at the revision expected. */
  async setPolicy(
    { policy, schedule }: { policy?: MigrationPolicy; schedule?: MigrationSchedule },
    expectedRevision?: number,
    options?: CallOptions,
  ): Promise<number> {
    const request = {
      ...(policy && { policy: policyMessage(policy) }),
      ...(schedule && { schedule: scheduleMessage(schedule) }),
      ...expecting(expectedRevision),
    };
    return Number((await this.#client.setMigrationPolicy(request, this.#bounds(options))).revision);
  }

  /** Asks for it; the answer does not wait for the migrants. */
  async migrate({ id = '', count = 1, ...rest }: MigrateRequest, options?: CallOptions): Promise<Migration> {
    const { migration } = await this.#client.migrate({ ...rest, id, count }, this.#bounds(options));
    return migrationOf(present(migration));
  }

  /** @throws PetriError `not_found`. */
  async migration(id: string, options?: CallOptions): Promise<Migration> {
    return migrationOf(present((await this.#client.getMigration({ id }, this.#bounds(options))).migration));
  }

  /** The newest of the last hour, without their migrants, and the totals of all of them. */
  async migrations(
    filter: { population?: string; from?: string; to?: string } = {},
    options?: CallOptions,
  ): Promise<{ migrations: Migration[]; totals: Counts & { migrations: number } }> {
    const { migrations, totals } = await this.#client.listMigrations(filter, this.#bounds(options));
    const { migrations: all } = present(totals);
    return {
      migrations: migrations.map(migrationOf),
      totals: { migrations: Number(all), ...countsOf(present(totals)) },
    };
  }

  /** Takes the connected node out of the archipelago, or back in. */
  async drain({ resume = false }: { resume?: boolean } = {}, options?: CallOptions): Promise<NodeState> {
    return nodeStateName((await this.#client.drain({ resume }, this.#bounds(options))).state);
  }
}

function islandOf({ id, node, populations }: IslandMessage): Island {
  return {
    id,
    node,
    populations: populations.map(({ population, generation, members, bestScore }) => ({
      population,
      generation,
      members,
      ...(bestScore === undefined ? {} : { bestScore }),
    })),
  };
}

function migrationOf(message: MigrationMessage): Migration {
  const { id, population, from, to, trigger, error, migrants } = message;
  return {
    id,
    population,
    from,
    to,
    trigger: triggerName(trigger),
    error,
    ...countsOf(message),
    migrants: migrants.map(({ genomeSha256, individual, verdict, reason, message: why, admittedAs }) => ({
      genomeSha256,
      individual,
      verdict: verdict === WireVerdict.UNSPECIFIED ? 'IN_FLIGHT' : verdictName(verdict),
      reason,
      message: why,
      admittedAs,
    })),
  };
}

function countsOf(of: Pick<MigrationMessage | MigrationTotals, keyof Counts>): Counts {
  return {
    sent: Number(of.sent),
    admitted: Number(of.admitted),
    duplicate: Number(of.duplicate),
    rejected: Number(of.rejected),
    dropped: Number(of.dropped),
    inFlight: Number(of.inFlight),
  };
}

function policyMessage({ selection = 'BEST', replacement = 'WORST', ttlMs, ...rest }: MigrationPolicy) {
  return {
    ...rest,
    selection: WireSelection[selection],
    replacement: WireReplacement[replacement],
    ...(ttlMs === undefined ? {} : { ttl: durationFromMs(ttlMs) }),
  };
}

function policyOf(message: PolicyMessage): MigrationPolicy {
  const { selection, replacement, tournamentSize, trustScores, maxHops, ttl, capacity } = message;
  return {
    ...(selection && { selection: selectionName(selection) }),
    ...(replacement && { replacement: replacementName(replacement) }),
    ...(tournamentSize && { tournamentSize }),
    ...(trustScores && { trustScores }),
    ...(maxHops && { maxHops }),
    ...(ttl && { ttlMs: msOf(ttl) }),
    ...(capacity && { capacity }),
  };
}

function scheduleOf({ generations, interval, count, populations }: ScheduleMessage): MigrationSchedule {
  return {
    ...(generations && { generations }),
    ...(interval && { intervalMs: msOf(interval) }),
    ...(count && { count }),
    ...(populations.length > 0 && { populations }),
  };
}

function scheduleMessage({ intervalMs, populations = [], ...rest }: MigrationSchedule) {
  const interval = intervalMs === undefined ? {} : { interval: durationFromMs(intervalMs) };
  return { ...rest, populations: [...populations], ...interval };
}

function expecting(revision: number | undefined): { expectedRevision?: bigint } {
  return revision === undefined ? {} : { expectedRevision: BigInt(revision) };
}
