import { type ChannelCredentials, Client, credentials, Metadata } from '@grpc/grpc-js';
import { fromStatus } from '@petri/contracts';
import type { PetriError } from '@petri/core';

/** A caller that sends raw requests, and nothing that a client of Petri would not let through. */
export class Caller implements Disposable {
  readonly #client: Client;

  constructor(address: string, channel: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new Client(address, channel);
  }

  /** What a call with an empty (or the given) request fails with; undefined if it does not. */
  call(
    path: string,
    authorization?: string,
    { stream = false, body = Buffer.alloc(0) } = {},
  ): Promise<PetriError | undefined> {
    const metadata = new Metadata();
    if (authorization !== undefined) metadata.set('authorization', authorization);
    const same = (bytes: Buffer) => bytes;
    const late = { deadline: Date.now() + 10_000 };
    return new Promise((resolve) => {
      const done = (error: unknown) => resolve(error ? fromStatus(error) : undefined);
      if (!stream) this.#client.makeUnaryRequest(path, same, same, body, metadata, late, done);
      else {
        const call = this.#client.makeServerStreamRequest(path, same, same, body, metadata, late);
        call.on('error', done);
        call.on('end', () => done(undefined));
        call.on('data', () => {
          done(undefined); // a watch never ends
          call.cancel();
        });
      }
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
