import { createHash } from 'node:crypto';
import { type Clock, invalid, PetriError } from '@petri/core';

/** As the API promises. */
const KEPT_MS = 10 * 60 * 1000;
/** About 10 MB of answers. */
const MAX_ANSWERS = 10_000;
/** Long enough for any id scheme; ids are kept in memory. */
const MAX_REQUEST_ID = 128;

type Attempt = { digest: string; answer: Promise<unknown> };
type Answered = Attempt & { at: number };

/** Lets a mutation that is sent again with the same request_id get the first answer instead of happening twice. */
export class Idempotency {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #pending = new Map<string, Attempt>();
  /** Oldest first. */
  readonly #answered = new Map<string, Answered>();

  constructor({ clock, capacity = MAX_ANSWERS }: { clock: Clock; capacity?: number }) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /**
   * The answer of `perform`, or the one it gave before for this tenant, rpc and request_id. A repeat that comes while the
   * first is under way waits for it. A failure is not remembered. Without a request_id nothing is.
   *
   * @throws PetriError `invalid_argument`, reason REQUEST_ID_REUSED, if the request is not the one sent before.
   */
  async once<R>(
    rpc: string,
    tenant: string,
    request: { requestId: string },
    perform: () => Promise<R>,
  ): Promise<R> {
    const { requestId } = request;
    if (requestId === '') return perform();
    if (requestId.length > MAX_REQUEST_ID) throw tooLong(requestId.length);
    const key = JSON.stringify([tenant, rpc, requestId]);
    const digest = digestOf(request);
    for (;;) {
      this.#forgetOld();
      const before = this.#pending.get(key) ?? this.#answered.get(key);
      if (!before) return this.#attempt(key, digest, perform);
      if (before.digest !== digest) throw reused(requestId);
      try {
        return (await before.answer) as R;
      } catch (thrown) {
        // The first caller went away, and its attempt with it: that is no answer for this one.
        const { code } = PetriError.from(thrown);
        if (code !== 'cancelled' && code !== 'deadline_exceeded') throw thrown;
      }
    }
  }

  async #attempt<R>(key: string, digest: string, perform: () => Promise<R>): Promise<R> {
    const answer = perform();
    this.#pending.set(key, { digest, answer });
    try {
      const answered = await answer;
      this.#answered.set(key, { digest, answer, at: this.#clock.monotonic() });
      return answered;
    } finally {
      this.#pending.delete(key);
    }
  }

  #forgetOld(): void {
    const oldest = this.#clock.monotonic() - KEPT_MS;
    for (const [key, { at }] of this.#answered) {
      if (at > oldest && this.#answered.size < this.#capacity) return;
      this.#answered.delete(key);
    }
  }
}

function tooLong(length: number): PetriError {
  const description = `must have at most ${MAX_REQUEST_ID} characters, has ${length}`;
  return invalid([{ field: 'request_id', description }]);
}

function reused(requestId: string): PetriError {
  const description = `"${requestId}" was sent before with a different request`;
  return invalid([{ field: 'request_id', description }], { reason: 'REQUEST_ID_REUSED' });
}

/** Equal for equal messages: protobuf says nothing about the order of map entries, and some clients shuffle it. */
function digestOf(message: object): string {
  const text = JSON.stringify(message, (_name, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Uint8Array) return createHash('sha256').update(value).digest('hex');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  });
  return createHash('sha256').update(text).digest('base64');
}
