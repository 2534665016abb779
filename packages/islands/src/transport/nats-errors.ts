import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { failedPrecondition, PetriError, unavailable } from '@petri/core';

export function closed(): PetriError {
  return unavailable('TRANSPORT_CLOSED', 'the connection to the archipelago is closed');
}

/** Headers and payload together may be no larger than the server's max_payload. */
export const MESSAGE_TOO_LARGE = 'MESSAGE_TOO_LARGE';

/** What the API answers where neither time nor another server helps: a bad request, and one that is not allowed. */
const REFUSED: ReadonlySet<number> = new Set([400, 403]);

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
    if (/Permission|Authorization/.test(name))
      throw new PetriError('permission_denied', `NATS: ${message}`, { reason: 'NATS_DENIED', cause: thrown });
    if (/max_payload/.test(message))
      throw new PetriError('invalid_argument', `NATS: ${message}`, {
        reason: MESSAGE_TOO_LARGE,
        cause: thrown,
      });
    if (thrown instanceof JetStreamApiError && REFUSED.has(thrown.status))
      throw failedPrecondition('NATS_REFUSED', `NATS: ${message}`, { cause: thrown });
    throw unavailable('NATS_UNAVAILABLE', `NATS: ${message}`, { cause: thrown });
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
