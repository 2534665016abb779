/** Somebody with access to NATS who is no node, and knows the wire: subjects, and what is sent on them. */
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

export class Stranger implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #jetstream: JetStreamClient;
  #sent = 0;

  static async connect(url: string): Promise<Stranger> {
    return new Stranger(await connect({ servers: [url] }));
  }

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#jetstream = jetstream(connection);
  }

  /** Stores a message in an inbox, as the island a does. Whether the server knew its id. */
  async send(
    inbox: string,
    bytes: Uint8Array,
    { sender = 'a', id = `stranger-${this.#sent++}` } = {},
  ): Promise<boolean> {
    const subject = `petri.inbox.${inbox}.${sender}`;
    return (await this.#jetstream.publish(subject, bytes, { msgID: id })).duplicate;
  }

  /** From now on, all that is sent to an inbox, as it was sent, with its id. */
  async overhear(inbox: string): Promise<{ bytes: Uint8Array; id: string }[]> {
    const heard: { bytes: Uint8Array; id: string }[] = [];
    this.#connection.subscribe(`petri.inbox.${inbox}.*`, {
      callback: (_, { data, headers }) =>
        void heard.push({ bytes: data, id: headers?.get('Nats-Msg-Id') ?? '' }),
    });
    await this.#connection.flush();
    return heard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }
}
