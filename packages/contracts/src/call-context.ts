import type { Metadata } from '@grpc/grpc-js';
import { cancelled, deadlineExceeded } from '@petri/core';

/** The part of a grpc-js server call that is the same for every kind of method. */
export type SurfaceCall = {
  readonly cancelled: boolean;
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Date | number;
  once(event: 'cancelled', listener: () => void): unknown;
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a handler knows about its call besides the request. */
export class CallContext {
  /** `/petri.v1.SandboxService/Run` */
  readonly method: string;
  /** When the caller stops waiting, in milliseconds since the epoch; undefined if it waits for ever. */
  readonly deadline: number | undefined;
  readonly #call: SurfaceCall;
  #abort: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;

  constructor(method: string, call: SurfaceCall) {
    this.method = method;
    this.#call = call;
    const deadline = Number(call.getDeadline());
    this.deadline = Number.isFinite(deadline) ? deadline : undefined;
  }

  /** What the caller sent as headers. */
  get metadata(): Metadata {
    return this.#call.metadata;
  }

  /** `address:port` of the other end of the connection. */
  get peer(): string {
    return this.#call.getPeer();
  }

  /**
   * Aborts when the caller cancels, its deadline passes or the connection is lost; not when the call
   * completes. The reason is a PetriError, `cancelled` or `deadline_exceeded`.
   */
  get signal(): AbortSignal {
    this.#abort ??= this.#watch();
    return this.#abort.signal;
  }

  /** For the adapter: the call is answered, so what happens to its stream now is no news to the handler. */
  settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
  }

  #watch(): AbortController {
    const controller = new AbortController();
    const stop = () => {
      clearTimeout(this.#timer);
      if (this.#settled || controller.signal.aborted) return;
      controller.abort(this.#isLate() ? deadlineExceeded() : cancelled());
    };
    if (this.#call.cancelled) stop();
    else {
      this.#call.once('cancelled', stop);
      // grpc-js says nothing at the deadline while a peer that does not read holds back the trailers.
      if (this.deadline !== undefined) {
        this.#timer = setTimeout(stop, Math.min(Math.max(0, this.deadline - Date.now()), LONGEST_TIMER_MS));
        this.#timer.unref();
      }
    }
    return controller;
  }

  /** Timers may fire a millisecond early, and grpc-js measures the deadline with a timer. */
  #isLate(): boolean {
    return this.deadline !== undefined && Date.now() >= this.deadline - 2;
  }
}
