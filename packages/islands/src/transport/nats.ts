import { type JetStreamClient, jetstream, type JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { notFound, unavailable } from '@petri/core';
import { NatsDocuments } from './nats-documents.ts';
import { asking, closed } from './nats-errors.ts';
import { NatsReceiving, openStream, stateOf, subjectTo } from './nats-inbox.ts';
import { keyOf, PREFIX, subjectOf, token } from './nats-names.ts';
import type {
  CollectionBounds,
  Documents,
  InboxBounds,
  InboxState,
  Outgoing,
  Receipt,
  Receiver,
  Subscription,
  Transport,
} from './transport.ts';

export type NatsOptions = {
  /** Such as "nats://127.0.0.1:4222"; the rest of a cluster is found through them. */
  servers: readonly string[];
  /** Shown by the server's monitoring. */
  name: string;
  /** Of streams and buckets: 1, or 3 on a cluster of at least three servers. */
  replicas: 1 | 3;
  /** Credentials and TLS, as the library has them. */
  security: Pick<NodeConnectionOptions, 'user' | 'pass' | 'token' | 'authenticator' | 'tls'>;
};

const REQUEST_MS = 5_000;

/**
 * Connects, and from then on reconnects by itself.
 *
 * @throws PetriError `unavailable` if no server answers, or the one that does has no JetStream.
 */
export async function connectNats({ servers, name, replicas, security }: NatsOptions): Promise<Transport> {
  let connection: NatsConnection | undefined;
  try {
    connection = await connect({
      ...security,
      servers: [...servers],
      name,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      pingInterval: 5_000,
      maxPingOut: 2,
    });
    const client = jetstream(connection, { timeout: REQUEST_MS });
    return new NatsTransport(connection, client, await client.jetstreamManager(), replicas);
  } catch (cause) {
    await connection?.close();
    const why = (cause as Error).message;
    throw unavailable('NATS_UNAVAILABLE', `no NATS with JetStream at ${servers.join(', ')}: ${why}`, {
      cause,
    });
  }
}

class NatsTransport implements Transport {
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
          if (!error) receive(message.data, keyOf(message.subject.slice(TOPICS.length)));
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
      const receiving = new NatsReceiving(this.#jetstream, this.#manager, inbox, receiver);
      await receiving.start();
      return this.#own(receiving);
    });
  }

  inboxState(inbox: string): Promise<InboxState | undefined> {
    return asking(() => stateOf(this.#manager, inbox));
  }

  async documents(collection: string, { ttlMs }: CollectionBounds = { ttlMs: 0 }): Promise<Documents> {
    return asking(async () => {
      const options = { history: 1, replicas: this.#replicas, ...(ttlMs > 0 && { ttl: ttlMs }) };
      const name = `${PREFIX}-${token(collection)}`;
      const bucket = await new Kvm(this.#jetstream).create(name, options);
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
