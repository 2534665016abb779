/** How what happens on a node is seen: as a span, as a metric and as an event. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Petri, PetriEvent } from '@petri/client';
import type { Attributes, Receiver } from './otlp/receiver.ts';
import { until } from './until.ts';

const DOCS = readFileSync(new URL('../../docs/TELEMETRY.md', import.meta.url), 'utf8').replaceAll(
  /\s+/g,
  ' ',
);

export type Kind = PetriEvent['kind'];

/** One thing that can happen, and where it is seen. */
export type Row = {
  title: string;
  /** Makes it happen, through the API. */
  provoke: (petri: Petri) => Promise<unknown>;
  kind: Kind;
  /** What else the event is, as far as it matters. */
  event?: Partial<PetriEvent>;
  /** Attributes of the event, each a text. */
  attributes?: Record<string, string>;
  /** Its span has the event's name, unless it is an event of another; or why there is none. */
  span?: { failed: boolean } | { within: string } | string;
  /** Those that grow, each with attributes; or why there is none. */
  metrics: Record<string, Attributes> | string;
};

const nameOf = (kind: Kind) => kind.toLowerCase().replaceAll('_', '.');

/** Sees `row` in all ways in which it can be seen. */
export async function see(row: Row, petri: Petri, receiver: Receiver): Promise<void> {
  const { kind, span = { failed: false }, metrics } = row;
  const counts = typeof metrics === 'string' ? [] : Object.entries(metrics);
  const counted = () => counts.map(([name, attributes]) => receiver.total(name, attributes));
  await receiver.measured();
  const before = counted();
  const cursor = await petri.events.now({ kinds: [kind] });
  await row.provoke(petri);

  const event = await firstOf(petri, cursor, row);
  const name = nameOf(kind);
  if (typeof span === 'string') {
    documented(name, span);
    await receiver.measured();
    assert.deepEqual(
      receiver.spans.filter((each) => each.name === name),
      [],
    );
  } else {
    const isIt = ({ traceId, spanId }: { traceId: string; spanId: string }) =>
      traceId === event.traceId && spanId === event.spanId;
    await until(`the span of ${name} comes`, () => receiver.spans.some(isIt));
    const received = receiver.spans.find(isIt)!;
    assert.equal(received.name, 'within' in span ? span.within : name);
    if ('within' in span) assert.ok(received.events.some((each) => each.name === name));
    else assert.equal(received.status === 'STATUS_CODE_ERROR', span.failed, received.status);
    for (const [key, value] of Object.entries(row.attributes ?? {}))
      assert.equal(String(received.attributes[key]), value, key);
  }
  if (typeof metrics === 'string') documented(name, metrics);
  await until(`the metrics of ${name} grow`, () => counted().every((count, at) => count > before[at]!)).catch(
    (thrown: unknown) => assert.fail(`${String(thrown)}: ${JSON.stringify([counts, before, counted()])}`),
  );
}

/** The first that is as `row` says, of all that come after `cursor`. */
async function firstOf(
  petri: Petri,
  cursor: string,
  { kind, event: wanted = {}, attributes = {} }: Row,
): Promise<PetriEvent> {
  const seen: PetriEvent[] = [];
  const matches = (event: PetriEvent) =>
    Object.entries(wanted).every(([key, value]) => event[key as keyof PetriEvent] === value) &&
    Object.entries(attributes).every(([key, value]) => event.attributes[key] === value);
  try {
    for await (const event of petri.events.watch({ cursor, kinds: [kind], deadlineMs: 10_000 })) {
      if (event.kind === 'GAP') continue;
      seen.push(event);
      if (matches(event)) return event;
    }
  } catch (thrown) {
    throw new Error(`${JSON.stringify(seen)} came`, { cause: thrown });
  }
  throw new Error('the watch ended');
}

/** Where something is not seen, that is said, and why. */
function documented(name: string, why: string): void {
  assert.ok(DOCS.includes(why), `docs/TELEMETRY.md does not say of ${name}: ${why}`);
}
