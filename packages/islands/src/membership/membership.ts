import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type IslandPopulation, type NodeBeat, NodeBeatSchema } from '@petri/contracts/v1';
import type { Clock } from '@petri/core';
import type { Subscription, Transport } from '../transport/transport.ts';
import {
  excused,
  heard,
  type Member,
  type Members,
  type MembershipEvent,
  type Patience,
  type Step,
  swept,
} from './members.ts';

/** Below it, a topic for each node: who may publish to one is that node, and speaks for nobody else. */
const TOPIC = 'presence';

/** Three missed beats make a node suspect: one may be lost, and one late. */
const SUSPECT_AFTER_BEATS = 3;
const GONE_AFTER_BEATS = 6;
const FORGOTTEN_AFTER_BEATS = 3_600;
/** After a pause of so many beats the process was stopped, or its event loop was. */
const PAUSE_BEATS = 2;

/** What a node says of itself with each beat. */
export type SelfDescription = Omit<
  MessageInitShape<typeof NodeBeatSchema>,
  '$typeName' | 'sequence' | 'leaving'
> & {
  node: string;
  incarnation: bigint;
};

export type MembershipOptions = {
  transport: Transport;
  clock: Clock;
  /** Time between beats, in milliseconds. */
  beatMs: number;
  /** Undefined for one who only listens. */
  self: (() => SelfDescription) | undefined;
  onEvent: (event: MembershipEvent) => void;
};

/** Who is there, by the beats that this process hears. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #patience: Patience;
  #members: Members = new Map();
  #subscription: Subscription | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sequence = 0n;
  #lastTick: number;
  readonly #stale = new Set<string>();

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#patience = {
      suspectAfterMs: options.beatMs * SUSPECT_AFTER_BEATS,
      goneAfterMs: options.beatMs * GONE_AFTER_BEATS,
      forgottenAfterMs: options.beatMs * FORGOTTEN_AFTER_BEATS,
    };
    this.#lastTick = options.clock.monotonic();
  }

  /** Idempotent. */
  async start(): Promise<void> {
    if (this.#timer) return;
    const { transport, beatMs } = this.#options;
    this.#subscription = await transport.subscribe(`${TOPIC}/*`, (bytes, topic) =>
      this.#receive(bytes, topic),
    );
    this.#lastTick = this.#options.clock.monotonic();
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), beatMs).unref();
  }

  /** Says good-bye. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#beat(true);
    await this.#subscription?.close();
  }

  /** By node. */
  list(): Member[] {
    return [...this.#members.values()].toSorted((a, b) => (a.beat.node < b.beat.node ? -1 : 1));
  }

  /** What was last heard of a population on an island. */
  population(island: string, population: string): IslandPopulation | undefined {
    const islands = this.list().flatMap(({ beat }) => beat.islands);
    const found = islands.filter(({ id }) => id === island).flatMap(({ populations }) => populations);
    return found.find((each) => each.population === population);
  }

  /** Whether a process is gone, or has a successor. Nothing is said of one that was never heard. */
  isGone({ node, incarnation }: Pick<NodeBeat, 'node' | 'incarnation'>): boolean {
    const known = this.#members.get(node);
    if (!known) return false;
    return (
      known.beat.incarnation > incarnation ||
      (known.state === 'GONE' && known.beat.incarnation === incarnation)
    );
  }

  /** Says at once what changed about this node. */
  announce(): void {
    if (this.#timer) this.#beat(false);
  }

  #tick(): void {
    const { clock, beatMs } = this.#options;
    const now = clock.monotonic();
    const pause = now - this.#lastTick - beatMs;
    this.#lastTick = now;
    if (pause > beatMs * PAUSE_BEATS) this.#members = excused(this.#members, pause);
    this.#beat(false);
    this.#take(swept(this.#members, now, this.#patience));
  }

  #beat(leaving: boolean): void {
    const { self, transport, clock } = this.#options;
    if (!self) return;
    const beat = create(NodeBeatSchema, { ...self(), sequence: ++this.#sequence, leaving });
    // Heard without the transport too: who is cut off is still a member of what is left.
    this.#take(heard(this.#members, beat, clock.monotonic()));
    try {
      transport.publish(topicOf(beat.node), toBinary(NodeBeatSchema, beat));
    } catch {
      // A beat that cannot be sent is a lost beat, and the others will draw their conclusion.
    }
  }

  #receive(bytes: Uint8Array, topic: string): void {
    const beat = decoded(bytes);
    if (beat && topicOf(beat.node) === topic)
      this.#take(heard(this.#members, beat, this.#options.clock.monotonic()));
  }

  #take({ members, events }: Step): void {
    this.#members = members;
    for (const event of events) if (this.#isNews(event)) this.#options.onEvent(event);
  }

  /** A process that does not step back from its successor is heard with every beat. */
  #isNews({ kind, node, incarnation }: MembershipEvent): boolean {
    if (kind !== 'STALE') return true;
    const key = `${node} ${incarnation}`;
    return !this.#stale.has(key) && this.#stale.add(key) !== undefined;
  }
}

const topicOf = (node: string) => `${TOPIC}/${node}`;

/** Undefined for what is no beat: anybody who may publish could have sent it. */
function decoded(bytes: Uint8Array): NodeBeat | undefined {
  try {
    const beat = fromBinary(NodeBeatSchema, bytes);
    return beat.node !== '' && beat.incarnation > 0n ? beat : undefined;
  } catch {
    return undefined;
  }
}
