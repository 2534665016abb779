import {
  AckPolicy,
  type ConsumerMessages,
  type JetStreamClient,
  jetstream,
  RetentionPolicy,
} from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

const STREAM = 'bench';
/** About an envelope of a small individual. */
const PAYLOAD = new Uint8Array(512);

/** What a migrant's message costs at least: published and acknowledged, received and acknowledged, on a work queue on disk. */
export class BareJetStream implements AsyncDisposable {
  readonly #connections: readonly NatsConnection[];
  readonly #client: JetStreamClient;
  readonly #messages: ConsumerMessages;
  #received = 0;
  #next = Promise.withResolvers<void>();

  static async open(server: string): Promise<BareJetStream> {
    const [sending, receiving] = await Promise.all([
      connect({ servers: server }),
      connect({ servers: server }),
    ]);
    const client = jetstream(receiving);
    const manager = await client.jetstreamManager();
    await manager.streams.add({ name: STREAM, subjects: [STREAM], retention: RetentionPolicy.Workqueue });
    await manager.consumers.add(STREAM, { durable_name: STREAM, ack_policy: AckPolicy.Explicit });
    const messages = await (await client.consumers.get(STREAM, STREAM)).consume();
    return new BareJetStream([sending, receiving], jetstream(sending), messages);
  }

  private constructor(
    connections: readonly NatsConnection[],
    client: JetStreamClient,
    messages: ConsumerMessages,
  ) {
    this.#connections = connections;
    this.#client = client;
    this.#messages = messages;
    void this.#receive();
  }

  /** In milliseconds. */
  async roundTrip(): Promise<number> {
    const started = performance.now();
    await this.#send(1);
    return performance.now() - started;
  }

  /** Messages a second, when so many are sent at once. */
  async rate(count: number): Promise<number> {
    const started = performance.now();
    await this.#send(count);
    return (count / (performance.now() - started)) * 1000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#messages.close();
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  async #send(count: number): Promise<void> {
    const all = this.#received + count;
    await Promise.all(Array.from({ length: count }, () => this.#client.publish(STREAM, PAYLOAD)));
    while (this.#received < all) await this.#next.promise;
  }

  async #receive(): Promise<void> {
    for await (const message of this.#messages) {
      message.ack();
      this.#received++;
      this.#next.resolve();
      this.#next = Promise.withResolvers();
    }
  }
}
