import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { failedPrecondition, permissionDenied, PetriError, unavailable } from '@petri/core';
import { MESSAGE_TOO_LARGE, NATS_DENIED, NATS_UNAVAILABLE } from './transport.ts';

export function closed(): PetriError {
  return unavailable('TRANSPORT_CLOSED', 'the connection to the archipelago is closed');
}

/**
 * What the API answers where time does not help: to a bad request, and to one that is not allowed; settings of a stream
 * that are not valid (10052), and more replicas than there can be (10074), are internal errors to it.
 */
const REFUSED: ReadonlySet<number> = new Set([400, 403, 10052, 10074]);

/**
 * Whatever goes wrong between here and the server is `unavailable`: asking again may help. It does not where the server
 * refuses what is asked.
 */
export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof PetriError) throw thrown;
    const { name, message } = thrown as Error;
    if (/Closed|Draining/.test(name)) throw closed();
    if (isDenied(thrown)) throw permissionDenied(NATS_DENIED, `NATS: ${message}`, { cause: thrown });
    if (/max_payload/.test(message))
      throw new PetriError('invalid_argument', `NATS: ${message}`, {
        reason: MESSAGE_TOO_LARGE,
        cause: thrown,
      });
    if (thrown instanceof JetStreamApiError && (REFUSED.has(thrown.status) || REFUSED.has(thrown.code)))
      throw failedPrecondition('NATS_REFUSED', `NATS: ${message}`, { cause: thrown });
    throw unavailable(NATS_UNAVAILABLE, `NATS: ${message}`, { cause: thrown });
  }
}

/** Whether the server does not let this user do what it asked for. */
function isDenied(thrown: unknown): boolean {
  return [thrown, (thrown as Error).cause].some(
    (error) => error instanceof Error && /Permission|Authorization/.test(error.name),
  );
}

/** Undefined if the server does not let this user do it. */
export async function unlessDenied<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (isDenied(thrown)) return undefined;
    throw thrown;
  }
}

/** Undefined if there is no such stream. */
export function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  return unless([JetStreamApiCodes.StreamNotFound], ask);
}

/** Undefined if somebody else wrote first. */
export function unlessConflict<T>(write: () => Promise<T>): Promise<T | undefined> {
  const { StreamWrongLastSequence, StreamWrongLastSequenceUnknown } = JetStreamApiCodes;
  return unless([StreamWrongLastSequence, StreamWrongLastSequenceUnknown], write);
}

async function unless<T>(codes: readonly number[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof JetStreamApiError && codes.includes(thrown.code)) return undefined;
    throw thrown;
  }
}
