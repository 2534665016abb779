import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  EventKind,
  type EventSchema,
  Outcome,
  type WatchEventsRequest,
  type WatchEventsResponseSchema,
} from '@petri/contracts/v1';
import {
  EVENT_KINDS,
  type EventFilter,
  type EventKind as EventName,
  type EventPage,
  type WatchedEvent,
} from '@petri/sandbox';
import { reader } from './enums.ts';
import { uint64 } from './numbers.ts';
import type { Problems } from './problems.ts';
import { timestamp } from './time.ts';

/** More is a filter that its owner can as well apply. */
const MAX_LISTED = 1_000;

/** "sandbox.fitness.computed" is SANDBOX_FITNESS_COMPUTED. */
const NUMBERS = new Map<EventName, EventKind>(EVENT_KINDS.map((name) => [name, numberOf(name)]));
const NAMES = new Map<EventKind, EventName>([...NUMBERS].map(([name, number]) => [number, name]));

const readOutcome = reader(Outcome);

export function readEventFilter(problems: Problems, request: WatchEventsRequest): EventFilter {
  const { kinds, sandboxIds, populations, outcomes } = request;
  problems.atMost('sandbox_ids', sandboxIds.length, MAX_LISTED);
  problems.atMost('populations', populations.length, MAX_LISTED);
  return {
    kinds: problems
      .each('kinds', kinds, (kind) => readKind(problems, kind))
      .filter((kind) => kind !== undefined),
    sandboxIds: problems.each('sandbox_ids', sandboxIds, (id) => problems.id('', id)),
    populations: problems.each('populations', populations, (id) => problems.id('', id)),
    outcomes: problems
      .each('outcomes', outcomes, (outcome) => {
        if (outcome === Outcome.UNSPECIFIED) problems.add('', 'must be an outcome');
        return readOutcome(problems, '', outcome);
      })
      .filter((outcome) => outcome !== undefined),
  };
}

export function eventsMessage(page: EventPage): MessageInitShape<typeof WatchEventsResponseSchema> {
  const { events, missed, restarted, cursor } = page;
  return { events: events.map(eventMessage), missed: uint64(missed), restarted, cursor };
}

function eventMessage(event: WatchedEvent): MessageInitShape<typeof EventSchema> {
  const { cursor, atMs, kind, sandboxId, population, outcome, durationUs, score, attributes } = event;
  const { reason, error, traceId, spanId } = event;
  const message: MessageInitShape<typeof EventSchema> = {
    cursor,
    time: timestamp(atMs),
    kind: NUMBERS.get(kind) ?? EventKind.UNSPECIFIED,
    sandboxId,
    population,
    outcome: outcome === undefined ? Outcome.UNSPECIFIED : Outcome[outcome],
    durationUs: uint64(durationUs),
    reason,
    error,
    traceId,
    spanId,
    attributes,
  };
  if (score !== undefined) message.score = score;
  return message;
}

function readKind(problems: Problems, kind: EventKind): EventName | undefined {
  const name = NAMES.get(kind);
  if (name === undefined) problems.add('', `is ${kind}, which is no kind of event`);
  return name;
}

function numberOf(name: EventName): EventKind {
  return EventKind[name.toUpperCase().replaceAll('.', '_') as keyof typeof EventKind];
}
