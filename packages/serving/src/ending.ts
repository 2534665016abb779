import type { Server } from '@grpc/grpc-js';
import type { Health } from '@petri/contracts';
import type { Gate } from './gate.ts';

/** Streams that never end of themselves, such as health watches, are cut off after this long. */
const GOODBYE_MS = 500;

type Collaborators = {
  server: Server;
  gate: Gate;
  health: Health;
  drainTimeoutMs: number;
  /** Ends all that is behind the server, and says why. Called once. */
  stop: (how: 'drained' | 'at once') => Promise<void>;
};

/** How a server ends: gracefully, at once, or gracefully until somebody wants it at once. */
export class Ending {
  readonly #parts: Collaborators;
  readonly #hurry = Promise.withResolvers<void>();
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: Collaborators) {
    this.#parts = parts;
  }

  drain(): Promise<void> {
    this.#draining ??= this.#finish();
    return this.#draining;
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    const { server, gate, health, drainTimeoutMs } = this.#parts;
    health.setServing(false);
    await this.#within(drainTimeoutMs, gate.close());
    // Sends what is still to be sent, and tells clients to go elsewhere.
    await this.#within(GOODBYE_MS, new Promise<void>((resolve) => server.tryShutdown(() => resolve())));
    await this.close();
  }

  async #stop(): Promise<void> {
    const { server, gate, health, stop } = this.#parts;
    this.#hurry.resolve();
    health.setServing(false);
    void gate.close();
    server.forceShutdown();
    await stop(this.#draining ? 'drained' : 'at once');
  }

  async #within(ms: number, done: Promise<void>): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([done, late.promise, this.#hurry.promise]);
    clearTimeout(timer);
  }
}
