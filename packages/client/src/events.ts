import { setTimeout as pause } from 'node:timers/promises';
import { fromStatus, type ServiceClient } from '@petri/contracts';
import {
  type Event as WireEvent,
  EventKind as WireEventKind,
  type EventService,
  Outcome as WireOutcome,
  type WatchEventsResponse,
} from '@petri/contracts/v1';
import { unavailable } from '@petri/core';
import { type EventKind, eventKindName, type Outcome, outcomeName } from './enums.ts';
import type { Bounds, CallOptions } from './options.ts';
import { dateOf } from './time.ts';

/** How long to wait before a watch that broke off is begun again: doubled each time until it is as long as the second. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

export type EventFilter = {
  /** Default: all. */
  kinds?: readonly EventKind[];
  /** Default: all, and events that are about no sandbox. */
  sandboxIds?: readonly string[];
  /** Default: all, and events that are about no population. */
  populations?: readonly string[];
  /** Of runs and evaluations. Default: all, and events that have none. */
  outcomes?: readonly Outcome[];
};

export type WatchOptions = EventFilter &
  CallOptions & {
    /** Where to go on: the cursor of an event or a gap, with the same filter. Default: with what happens from now on. */
    cursor?: string;
    /** Goes on by itself when the connection or the node is lost. Default: true. */
    resume?: boolean;
  };

/** One thing that happened on the node. */
export type PetriEvent = {
  kind: EventKind;
  /** To go on after it. */
  cursor: string;
  /** When it was over. */
  time: Date;
  /** '' if it is about none, such as for one-shot candidates. */
  sandboxId: string;
  /** '' for none. */
  population: string;
  outcome: Outcome | undefined;
  durationUs: number;
  /** Why it ended so, for people; '' for success. */
  reason: string;
  /** The stable reason of the error that the call failed with; '' if it did not. */
  error: string;
  score: number | undefined;
  /** Hexadecimal; '' if it is traced by nobody. */
  traceId: string;
  spanId: string;
  /** What else belongs to the kind, such as "petri.kill.reason". */
  attributes: Record<string, string>;
};

/** Events are missing here, because they were read too slowly or the watch was away for too long. */
export type EventGap = {
  kind: 'GAP';
  cursor: string;
  /** How many there were, whatever the filter says beside kinds. */
  missed: number;
  /** The node was started anew, and how many were missed is not known. */
  restarted: boolean;
};

/** What happens on the node. */
export class Events {
  readonly #client: ServiceClient<typeof EventService>;
  readonly #bounds: Bounds;

  constructor(client: ServiceClient<typeof EventService>, bounds: Bounds) {
    this.#client = client;
    this.#bounds = bounds;
  }

  /**
   * The cursor of this moment: a watch with it and the same filter misses nothing that happens from now on, however
   * long it takes to begin.
   */
  async now(options: EventFilter & CallOptions = {}): Promise<string> {
    for await (const { cursor } of this.#client.watchEvents(filterInit(options), this.#bounds(options)))
      return cursor;
    throw unavailable('WATCH_ENDED', 'the node ended the watch before it began');
  }

  /**
   * Events as they happen, without end, in order and each once, gaps included. Leaving the loop ends the watch. A watch
   * that lost its node goes on where it was as soon as there is a node again, unless `resume` is false.
   *
   * @throws PetriError `cancelled` by the signal, `deadline_exceeded`, or about the filter or the cursor
   */
  async *watch(options: WatchOptions = {}): AsyncGenerator<PetriEvent | EventGap, void, void> {
    const { signal, resume = true } = options;
    let { cursor = '' } = options;
    const bounds = this.#bounds({ deadlineMs: options.deadlineMs ?? Infinity, signal });
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        for await (const response of this.#client.watchEvents({ ...filterInit(options), cursor }, bounds)) {
          pauseMs = FIRST_PAUSE_MS / 2; // doubled before it is used
          for (const item of itemsOf(response, cursor)) {
            cursor = item.cursor;
            yield item;
          }
          ({ cursor } = response);
        }
      } catch (thrown) {
        const error = fromStatus(thrown);
        if (!resume || error.code !== 'unavailable' || signal?.aborted === true) throw error;
      }
      await pause(pauseMs, undefined, signal ? { signal } : {}).catch((thrown: unknown) => {
        throw fromStatus(thrown);
      });
    }
  }
}

function itemsOf(response: WatchEventsResponse, before: string): (PetriEvent | EventGap)[] {
  const { events, missed, restarted } = response;
  const items: (PetriEvent | EventGap)[] = events.map(event);
  // Its cursor is where the watch was: a reader that stops here learns of the gap again.
  if (missed > 0n || restarted)
    items.unshift({ kind: 'GAP', cursor: before, missed: Number(missed), restarted });
  return items;
}

function filterInit({ kinds = [], sandboxIds = [], populations = [], outcomes = [] }: EventFilter) {
  return {
    kinds: kinds.map((kind) => WireEventKind[kind]),
    sandboxIds: [...sandboxIds],
    populations: [...populations],
    outcomes: outcomes.map((outcome) => WireOutcome[outcome]),
  };
}

function event(message: WireEvent): PetriEvent {
  const { cursor, sandboxId, population, reason, error, score, traceId, spanId, attributes } = message;
  return {
    kind: eventKindName(message.kind),
    cursor,
    time: dateOf(message.time),
    sandboxId,
    population,
    outcome: message.outcome === WireOutcome.UNSPECIFIED ? undefined : outcomeName(message.outcome),
    durationUs: Number(message.durationUs),
    reason,
    error,
    score,
    traceId,
    spanId,
    attributes,
  };
}
