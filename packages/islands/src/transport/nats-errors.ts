import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { PetriError, unavailable } from '@petri/core';

export function closed(): PetriError {
  return unavailable('TRANSPORT_CLOSED', 'the connection to the archipelago is closed');
}

/** Whatever goes wrong between here and the server is `unavailable`: asking again may help. */
export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof PetriError) throw thrown;
    const { name, message } = thrown as Error;
    if (/Closed|Draining/.test(name)) throw closed();
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
