import type { DescService } from '@bufbuild/protobuf';
import { answersOnce, type CallContext, type Handlers } from '@petri/contracts';
import { unavailable } from '@petri/core';

type Serve = (request: object, context: CallContext) => unknown;

/** Counts the calls in flight, and refuses new ones once it is closed. */
export class Gate {
  #inFlight = 0;
  #closed = false;
  readonly #idle = Promise.withResolvers<void>();

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when the last call in flight is done. Idempotent. */
  close(): Promise<void> {
    this.#closed = true;
    if (this.#inFlight === 0) this.#idle.resolve();
    return this.#idle.promise;
  }

  /** The same handlers behind this gate. */
  guard<S extends DescService>(service: S, handlers: Handlers<S>): Handlers<S> {
    const open = handlers as unknown as Record<string, Serve>;
    const guarded: Record<string, Serve> = {};
    for (const method of service.methods) {
      const serve = open[method.localName]!;
      guarded[method.localName] = answersOnce(method) ? this.#once(serve) : this.#streaming(serve);
    }
    return guarded as unknown as Handlers<S>;
  }

  #once(serve: Serve): Serve {
    return async (request, context) => {
      this.#enter();
      try {
        return await serve(request, context);
      } finally {
        this.#leave();
      }
    };
  }

  #streaming(serve: Serve): Serve {
    const [enter, leave] = [() => this.#enter(), () => this.#leave()];
    return async function* (request, context) {
      enter();
      try {
        yield* serve(request, context) as AsyncIterable<object>;
      } finally {
        leave();
      }
    };
  }

  #enter(): void {
    if (this.#closed) throw unavailable('DRAINING', 'this server is shutting down; try another or try again');
    this.#inFlight++;
  }

  #leave(): void {
    this.#inFlight--;
    if (this.#closed && this.#inFlight === 0) this.#idle.resolve();
  }
}
