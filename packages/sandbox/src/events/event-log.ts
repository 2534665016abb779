import { setImmediate as nextTurn } from 'node:timers/promises';
import { invalid, newId } from '@petri/core';
import {
  CALL_KINDS,
  EVENT_KINDS,
  type EventFilter,
  type EventKind,
  matcher,
  type SandboxEvent,
} from './event.ts';
import { Ring } from './event-ring.ts';

/** About 5 MB at most, and a second of the busiest node. */
const DEFAULT_CAPACITY = 16_384;
/** Calls are kept as long after their last watcher left, so that it can come back. */
const LINGER_MS = 60_000;
/** Events of one message. */
const PAGE = 256;
/** Events looked at before others get their turn, and before a watcher that none of them concerns gets a new cursor. */
const SCAN = 4_096;

/** How many calls and how many other events there were. */
type Position = { calls: number; others: number };
type Entry = Position & { event: SandboxEvent };

export type WatchedEvent = SandboxEvent & {
  /** To go on after this event. */
  cursor: string;
};

export type EventPage = {
  events: WatchedEvent[];
  /** Events that were gone before they could be read, of the sorts that were asked for, whatever the rest of the filter. */
  missed: number;
  /** The cursor is of an earlier life of the node; what was missed since is not known. */
  restarted: boolean;
  /** To go on after this page. */
  cursor: string;
};

export type WatchOptions = {
  filter: EventFilter;
  /** Where to go on. Default: with what happens from now on. */
  cursor?: string;
  signal: AbortSignal;
};

/**
 * The last events of a node. Whoever publishes waits for nobody: a watcher reads at its own pace, and is told how many it
 * was too slow for. Calls are kept only while somebody watches them, since there may be tens of thousands in a second.
 */
export class EventLog {
  readonly #calls: Ring<Entry>;
  readonly #others: Ring<Entry>;
  readonly #incarnation = newId('n').slice(2);
  readonly #lingerMs: number;
  readonly #waiting = new Set<() => void>();
  #callWatchers = 0;
  #watchers = 0;
  #missed = 0;
  #keepsCalls = false;
  #turn: NodeJS.Immediate | undefined;
  #linger: NodeJS.Timeout | undefined;

  constructor({ capacity = DEFAULT_CAPACITY, lingerMs = LINGER_MS } = {}) {
    this.#calls = new Ring(capacity);
    this.#others = new Ring(capacity);
    this.#lingerMs = lingerMs;
  }

  /** Whether a call is worth describing: if not, `passCall` is enough. */
  get keepsCalls(): boolean {
    return this.#keepsCalls;
  }

  get watchers(): number {
    return this.#watchers;
  }

  /** How many events all watchers together were too slow for. */
  get missed(): number {
    return this.#missed;
  }

  /** Counts a call that nobody watches. */
  passCall(): void {
    this.#calls.pass();
  }

  publish(event: SandboxEvent): void {
    const isCall = CALL_KINDS.has(event.kind);
    const calls = this.#calls.next + (isCall ? 1 : 0);
    const others = this.#others.next + (isCall ? 0 : 1);
    (isCall ? this.#calls : this.#others).add({ calls, others, event });
    if (this.#waiting.size > 0) this.#turn ??= setImmediate(() => this.#wake());
  }

  /**
   * Pages of events as they happen, without end. The first comes at once, so that its cursor is known.
   *
   * @throws PetriError invalid_argument about the cursor; the signal's reason
   */
  async *watch({ filter, cursor, signal }: WatchOptions): AsyncGenerator<EventPage, void, void> {
    const start = this.#start(cursor);
    const reader = new Reader(this.#calls, this.#others, filter, start);
    this.#enter(reader);
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      for (let first = true; ; first = false) {
        signal.throwIfAborted();
        const { events, missed, scanned } = reader.read();
        this.#missed += missed;
        if (first || events.length > 0 || missed > 0 || scanned >= SCAN)
          yield {
            events: events.map((entry) => ({ ...entry.event, cursor: this.#cursor(entry) })),
            missed,
            restarted: first && start.restarted,
            cursor: this.#cursor(reader.position),
          };
        if (reader.behind) await nextTurn();
        else await this.#next(signal);
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#leave(reader);
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #enter({ wantsCalls }: Reader): void {
    this.#watchers++;
    if (!wantsCalls) return;
    this.#callWatchers++;
    this.#keepsCalls = true;
    clearTimeout(this.#linger);
  }

  #leave({ wantsCalls }: Reader): void {
    this.#watchers--;
    if (!wantsCalls || --this.#callWatchers > 0) return;
    this.#linger = setTimeout(() => {
      this.#keepsCalls = false;
      this.#calls.clear();
    }, this.#lingerMs);
    this.#linger.unref();
  }

  #cursor({ calls, others }: Position): string {
    return `${this.#incarnation}.${calls.toString(36)}.${others.toString(36)}`;
  }

  #start(cursor: string | undefined): Position & { restarted: boolean } {
    const now = { calls: this.#calls.next, others: this.#others.next, restarted: false };
    if (cursor === undefined) return now;
    const [, incarnation, calls, others] =
      /^([0-9a-z]{26})\.([0-9a-z]{1,10})\.([0-9a-z]{1,10})$/.exec(cursor) ?? [];
    const position = { calls: parseInt(calls ?? '', 36), others: parseInt(others ?? '', 36) };
    if (incarnation !== undefined && incarnation !== this.#incarnation)
      return { calls: this.#calls.first, others: this.#others.first, restarted: true };
    if (!(position.calls <= now.calls && position.others <= now.others))
      throw invalid([{ field: 'cursor', description: 'is not a cursor that WatchEvents gave' }]);
    return { ...position, restarted: false };
  }
}

/** Reads both rings in the order in which things happened. */
class Reader {
  readonly wantsCalls: boolean;
  readonly #wantsOthers: boolean;
  readonly #calls: Ring<Entry>;
  readonly #others: Ring<Entry>;
  readonly #matches: (event: SandboxEvent) => boolean;
  readonly position: Position;

  constructor(
    calls: Ring<Entry>,
    others: Ring<Entry>,
    filter: EventFilter,
    { calls: c, others: o }: Position,
  ) {
    const kinds: readonly EventKind[] = filter.kinds.length === 0 ? EVENT_KINDS : filter.kinds;
    this.wantsCalls = kinds.some((kind) => CALL_KINDS.has(kind));
    this.#wantsOthers = kinds.some((kind) => !CALL_KINDS.has(kind));
    this.#calls = calls;
    this.#others = others;
    this.#matches = matcher(filter);
    this.position = { calls: c, others: o };
  }

  /** Whether there is more to read. */
  get behind(): boolean {
    const { calls, others } = this.position;
    return (this.wantsCalls && calls < this.#calls.next) || (this.#wantsOthers && others < this.#others.next);
  }

  read(): { events: Entry[]; missed: number; scanned: number } {
    const missed = this.#catchUp();
    const events: Entry[] = [];
    let scanned = 0;
    for (; scanned < SCAN && events.length < PAGE; scanned++) {
      const entry = this.#take();
      if (entry === undefined) break;
      if (this.#matches(entry.event)) events.push(entry);
    }
    return { events, missed, scanned };
  }

  /** Passes over what is gone, and what nobody asked for. How much is gone. */
  #catchUp(): number {
    const { position } = this;
    let missed = 0;
    if (!this.wantsCalls) position.calls = this.#calls.next;
    if (!this.#wantsOthers) position.others = this.#others.next;
    if (position.calls < this.#calls.first) missed += this.#calls.first - position.calls;
    if (position.others < this.#others.first) missed += this.#others.first - position.others;
    position.calls = Math.max(position.calls, this.#calls.first);
    position.others = Math.max(position.others, this.#others.first);
    return missed;
  }

  #take(): Entry | undefined {
    const call = this.#calls.get(this.position.calls);
    const other = this.#others.get(this.position.others);
    const callComesFirst =
      other === undefined || (call !== undefined && call.calls + call.others < other.calls + other.others);
    if (callComesFirst && call !== undefined) this.position.calls++;
    else if (other !== undefined) this.position.others++;
    return callComesFirst ? call : other;
  }
}
