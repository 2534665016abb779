import { setTimeout as pause } from 'node:timers/promises';
import {
  AckPolicy,
  type ConsumerMessages,
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  RetentionPolicy,
} from '@nats-io/jetstream';
import { unlessMissing } from './nats-errors.ts';
import { keyOf, PREFIX, token } from './nats-names.ts';
import { retryAfterMs } from './retry.ts';
import type { Delivery, InboxBounds, InboxState, Receiver, Subscription } from './transport.ts';

const NANOS_PER_MS = 1_000_000;
/** After it, a message of a receiver that is gone is delivered to the next. A living one keeps extending it. */
const ACK_WAIT_MS = 5_000;
/** The server remembers ids for no longer than it may keep messages. */
const MAX_DEDUP_MS = 10 * 60_000;
/** The one consumer of an inbox. */
export const RECEIVER = 'receiver';
const MESSAGE_ID = 'Nats-Msg-Id';

export const streamOf = (inbox: string) => `${PREFIX}-inbox-${token(inbox)}`;
export const subjectTo = (inbox: string, sender: string) =>
  `${PREFIX}.inbox.${token(inbox)}.${token(sender)}`;

/** A stream of an inbox's own, which keeps a message until it is settled, and its receiver. Idempotent; bounds may change. */
export async function openStream(
  manager: JetStreamManager,
  inbox: string,
  bounds: InboxBounds,
  replicas: number,
): Promise<void> {
  const name = streamOf(inbox);
  const config = {
    subjects: [`${PREFIX}.inbox.${token(inbox)}.*`],
    max_msgs: bounds.messages,
    max_bytes: bounds.bytes,
    max_msgs_per_subject: bounds.perSender,
    max_age: bounds.ttlMs * NANOS_PER_MS,
    duplicate_window: Math.min(bounds.ttlMs, MAX_DEDUP_MS) * NANOS_PER_MS,
    num_replicas: replicas,
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.Old,
  };
  const updated = await unlessMissing(() => manager.streams.update(name, config));
  if (!updated) await manager.streams.add({ name, ...config });
  await manager.consumers.add(name, {
    durable_name: RECEIVER,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ACK_WAIT_MS * NANOS_PER_MS,
    // One at a time keeps the order, also over redeliveries, so that a gap in the sequence means dropped messages.
    max_ack_pending: 1,
  });
}

export async function stateOf(manager: JetStreamManager, inbox: string): Promise<InboxState | undefined> {
  const info = await unlessMissing(() => manager.streams.info(streamOf(inbox)));
  if (!info) return undefined;
  const { messages, first_seq, last_seq } = info.state;
  return { first: messages === 0 ? last_seq + 1 : first_seq, last: last_seq, held: messages };
}

/** Sequence of the last message of an inbox that was settled here or counted as dropped; undefined before the first. */
export type InboxProgress = { settled?: number };

/** Delivers until it is closed, over whatever happens to the server. */
export class NatsReceiving implements Subscription {
  readonly #jetstream: JetStreamClient;
  readonly #stream: string;
  readonly #receiver: Receiver;
  readonly #closing = new AbortController();
  #messages: ConsumerMessages | undefined;
  /** Failures since messages last came. */
  #failures = 0;
  /** The least that a message was late, against the server's clock; of that clock nothing else is known. */
  #lead = Infinity;
  readonly #progress: InboxProgress;
  #done: Promise<void> = Promise.resolve();

  constructor(jetstream: JetStreamClient, inbox: string, receiver: Receiver, progress: InboxProgress) {
    this.#jetstream = jetstream;
    this.#stream = streamOf(inbox);
    this.#receiver = receiver;
    this.#progress = progress;
  }

  async start(): Promise<void> {
    this.#messages = await this.#open();
    this.#done = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#messages?.close().catch(() => undefined);
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        this.#messages ??= await this.#open();
        // Closed while it was opened.
        if (signal.aborted) await this.#messages.close();
        else for await (const message of this.#messages) await this.#deliver(message);
        this.#failures = 0;
      } catch (thrown) {
        // The server is away, or the stream is: there is nothing to do but to ask again.
        if (!signal.aborted) this.#receiver.failed(thrown);
      }
      this.#messages = undefined;
      await pause(retryAfterMs(++this.#failures), undefined, { signal }).catch(() => undefined);
    }
  }

  async #open(): Promise<ConsumerMessages> {
    const consumer = await this.#jetstream.consumers.get(this.#stream, RECEIVER);
    // Of an earlier process. It may be past a message that was sent to one of these, and dropped before it was looked at.
    if (this.#progress.settled === undefined)
      this.#progress.settled = (await consumer.info(true)).ack_floor.stream_seq;
    return consumer.consume({ max_messages: 8, expires: 2_000, abort_on_missing_resource: true });
  }

  async #deliver(message: JsMsg): Promise<void> {
    const delivery = this.#deliveryOf(message);
    const { sequence, attempt } = delivery;
    const { settled = 0 } = this.#progress;
    const dropped = sequence - settled - 1;
    if (dropped > 0) this.#receiver.dropped(dropped);
    this.#progress.settled = Math.max(settled, sequence - 1);
    const extending = setInterval(() => message.working(), ACK_WAIT_MS / 3);
    try {
      await this.#receiver.deliver(delivery);
      this.#progress.settled = Math.max(this.#progress.settled, sequence);
      this.#failures = 0;
      message.ack();
    } catch (thrown) {
      if (!this.#closing.signal.aborted) this.#receiver.failed(thrown);
      message.nak(retryAfterMs(attempt));
    } finally {
      clearInterval(extending);
    }
  }

  #deliveryOf({ seq: sequence, data: bytes, subject, headers, info }: JsMsg): Delivery {
    const late = performance.now() - info.timestampNanos / NANOS_PER_MS;
    this.#lead = Math.min(this.#lead, late);
    const { signal } = this.#closing;
    const sender = keyOf(subject.split('.').at(-1) ?? '');
    const id = headers?.get(MESSAGE_ID) ?? '';
    return { id, sender, bytes, sequence, attempt: info.deliveryCount, ageMs: late - this.#lead, signal };
  }
}
