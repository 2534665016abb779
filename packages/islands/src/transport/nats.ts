import { type JetStreamClient, jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import {
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { notFound, unavailable } from '@petri/core';
import { NatsDocuments } from './nats-documents.ts';
import { asking, closed, unlessMissing, unlessDenied } from './nats-errors.ts';
import { type InboxProgress, NatsReceiving, openStream, stateOf, subjectTo } from './nats-inbox.ts';
import { bucketOf, inboxPrefix, keyOf, PREFIX, subjectOf } from './nats-names.ts';
import { made } from './made.ts';
import {
  type CollectionBounds,
  type Documents,
  type InboxBounds,
  type InboxState,
  NATS_UNAVAILABLE,
  type Outgoing,
  type Receipt,
  type Receiver,
  type Subscription,
  type Transport,
} from './transport.ts';

export type NatsOptions = {
  /** Such as "nats://127.0.0.1:4222"; the rest of a cluster is found through them. */
  servers: readonly string[];
  /** Whose connection it is: shown by the server's monitoring, and where answers go. */
  name: string;
  /** Of streams and buckets: 1, or 3 on a cluster of at least three servers. */
  replicas: 1 | 3;
  /** What to show the server and, as the library has it, TLS. `credentials` are the content of a creds file. */
  security: Pick<NodeConnectionOptions, 'user' | 'pass' | 'tls'> & { credentials?: string };
};

const REQUEST_MS = 5_000;
/** For the first answer: a server that has too much to do is waited for. */
const START_MS = 60_000;

/**
 * Connects, and from then on reconnects by itself.
 *
 * @throws PetriError `unavailable` if no server answers, or the one that does has no JetStream.
 */
export async function connectNats({ servers, name, replicas, security }: NatsOptions): Promise<Transport> {
  const { credentials, ...shown } = security;
  let connection: NatsConnection | undefined;
  try {
    connection = await connect({
      ...shown,
      // The library does not find the last line without its end.
      ...(credentials && {
        authenticator: credsAuthenticator(new TextEncoder().encode(`${credentials}\n`)),
      }),
      servers: [...servers],
      name,
      inboxPrefix: inboxPrefix(name),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      pingInterval: 5_000,
      maxPingOut: 2,
    });
    const client = jetstream(connection, { timeout: REQUEST_MS });
    await jetstreamManager(connection, { timeout: START_MS });
    return new NatsTransport(connection, client, await client.jetstreamManager(false), replicas);
  } catch (cause) {
    await connection?.close();
    const why = (cause as Error).message;
    throw unavailable(NATS_UNAVAILABLE, `no NATS with JetStream at ${servers.join(', ')}: ${why}`, {
      cause,
    });
  }
}

class NatsTransport implements Transport {
  readonly #progress = new Map<string, InboxProgress>();
  readonly #connection: NatsConnection;
  readonly #jetstream: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #replicas: number;
  readonly #subscriptions = new Set<Subscription>();

  constructor(
    connection: NatsConnection,
    client: JetStreamClient,
    manager: JetStreamManager,
    replicas: number,
  ) {
    this.#connection = connection;
    this.#jetstream = client;
    this.#manager = manager;
    this.#replicas = replicas;
  }

  publish(topic: string, bytes: Uint8Array): void {
    if (this.#connection.isClosed()) throw closed();
    this.#connection.publish(topicSubject(topic), bytes);
  }

  async subscribe(topic: string, receive: (bytes: Uint8Array, topic: string) => void): Promise<Subscription> {
    return asking(async () => {
      const subject = topic.endsWith('/*') ? `${topicSubject(topic.slice(0, -2))}.*` : topicSubject(topic);
      const subscription = this.#connection.subscribe(subject, {
        callback: (error, message) => {
          // What the server sends for somebody who let its answer go here was not published here.
          if (error || message.reply || message.headers) return;
          receive(message.data, keyOf(message.subject.slice(TOPICS.length)));
        },
      });
      await this.#connection.flush();
      return this.#own({ close: async () => subscription.unsubscribe() });
    });
  }

  openInbox(inbox: string, bounds: InboxBounds): Promise<void> {
    return asking(() => openStream(this.#manager, inbox, bounds, this.#replicas));
  }

  async send(inbox: string, { id, sender, bytes }: Outgoing): Promise<Receipt> {
    return asking(async () => {
      try {
        const options = { msgID: id, timeout: REQUEST_MS };
        const { seq, duplicate } = await this.#jetstream.publish(subjectTo(inbox, sender), bytes, options);
        return { sequence: seq, duplicate };
      } catch (thrown) {
        if ((await stateOf(this.#manager, inbox)) === undefined) throw notFound('inbox', inbox);
        throw thrown;
      }
    });
  }

  async receive(inbox: string, receiver: Receiver): Promise<Subscription> {
    return asking(async () => {
      if ((await stateOf(this.#manager, inbox)) === undefined) throw notFound('inbox', inbox);
      const receiving = new NatsReceiving(this.#jetstream, inbox, receiver, this.#progressOf(inbox));
      await receiving.start();
      return this.#own(receiving);
    });
  }

  #progressOf(inbox: string): InboxProgress {
    let progress = this.#progress.get(inbox);
    if (progress === undefined) this.#progress.set(inbox, (progress = {}));
    return progress;
  }

  inboxState(inbox: string): Promise<InboxState | undefined> {
    return asking(() => stateOf(this.#manager, inbox));
  }

  async documents(collection: string, { ttlMs }: CollectionBounds = { ttlMs: 0 }): Promise<Documents> {
    return asking(async () => {
      const options = { history: 1, replicas: this.#replicas, ...(ttlMs > 0 && { ttl: ttlMs }) };
      const name = bucketOf(collection);
      const kvm = new Kvm(this.#jetstream);
      await unlessDenied(() => kvm.create(name, options));
      await made(`the collection "${collection}"`, () => this.#isThere(`KV_${name}`));
      const bucket = await kvm.open(name, { allow_direct: true });
      return new NatsDocuments(name, bucket, this.#manager, (subscription) => this.#own(subscription));
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #isThere(stream: string): Promise<boolean> {
    return (await unlessMissing(() => this.#manager.streams.info(stream))) !== undefined;
  }

  #own(subscription: Subscription): Subscription {
    const owned = {
      close: async () => {
        this.#subscriptions.delete(owned);
        await subscription.close();
      },
    };
    this.#subscriptions.add(owned);
    return owned;
  }
}

const TOPICS = `${PREFIX}.topic.`;
const topicSubject = (topic: string) => TOPICS + subjectOf(topic);
