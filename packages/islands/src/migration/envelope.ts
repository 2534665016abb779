import { createHmac, timingSafeEqual } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type Migrant,
  type MigrantEnvelope,
  MigrantEnvelopeSchema,
  MigrantSchema,
  SignatureAlgorithm,
} from '@petri/contracts/v1';
import { idViolation } from '@petri/core';
import { Refusal } from './refusal.ts';

/** The layout that is written, and the newest that is read. */
export const SCHEMA_VERSION = 1;
/** NATS' own default for a message, less what its headers may need. */
export const MAX_ENVELOPE_BYTES = 1024 * 1024 - 4096;

/** Keys and labels are made of them: anything else than an id would be refused there, again and again. */
const IDS = ['migration', 'population', 'from', 'to', 'node', 'individual', 'origin'] as const;

/** What envelopes are signed with. The secret is shared by all nodes. */
export type SigningKey = { id: string; secret: Uint8Array };

/**
 * Puts migrants in envelopes and takes them out again.
 *
 * With keys, envelopes are signed with the first, and only those that are signed with one of them are opened: to change
 * a key, add the new one everywhere, then put it first, then take the old one away.
 */
export class Sealer {
  readonly #keys: readonly SigningKey[];

  constructor(keys: readonly SigningKey[]) {
    this.#keys = keys;
  }

  /** @throws Refusal if it does not fit into a message. */
  seal(migrant: Migrant): Uint8Array {
    const bytes = toBinary(MigrantSchema, migrant);
    const [key] = this.#keys;
    const signed = key && {
      algorithm: SignatureAlgorithm.HMAC_SHA256,
      keyId: key.id,
      signature: signatureOf(bytes, key),
    };
    const envelope = toBinary(
      MigrantEnvelopeSchema,
      create(MigrantEnvelopeSchema, { migrant: bytes, ...signed }),
    );
    if (envelope.byteLength > MAX_ENVELOPE_BYTES) throw tooLarge(envelope.byteLength);
    return envelope;
  }

  /** @throws Refusal for what is no envelope, or none that may be trusted. */
  open(bytes: Uint8Array): Migrant {
    if (bytes.byteLength > MAX_ENVELOPE_BYTES) throw tooLarge(bytes.byteLength);
    const envelope = decoded(() => fromBinary(MigrantEnvelopeSchema, bytes));
    this.#verify(envelope);
    const migrant = decoded(() => fromBinary(MigrantSchema, envelope.migrant));
    if (migrant.schemaVersion > SCHEMA_VERSION) {
      const layouts = `has layout ${migrant.schemaVersion}; this island reads up to ${SCHEMA_VERSION}`;
      throw new Refusal('NEWER_SCHEMA', `the migrant ${layouts}`);
    }
    if (migrant.schemaVersion === 0) throw new Refusal('CORRUPTED', 'the migrant has no layout');
    for (const field of IDS) {
      const violation = idViolation(field, migrant[field]);
      if (violation) throw new Refusal('CORRUPTED', `the migrant's ${field} ${violation.description}`);
    }
    return migrant;
  }

  #verify({ migrant, algorithm, keyId, signature }: MigrantEnvelope): void {
    if (this.#keys.length === 0) return;
    if (algorithm !== SignatureAlgorithm.HMAC_SHA256)
      throw new Refusal('UNSIGNED', 'the envelope is not signed');
    const key = this.#keys.find(({ id }) => id === keyId);
    if (!key)
      throw new Refusal('UNKNOWN_KEY', `the envelope is signed with the key "${keyId}", which is not known`);
    const expected = signatureOf(migrant, key);
    if (signature.byteLength !== expected.byteLength || !timingSafeEqual(signature, expected)) {
      throw new Refusal('BAD_SIGNATURE', 'the signature is not that of the migrant');
    }
  }
}

function signatureOf(bytes: Uint8Array, { secret }: SigningKey): Uint8Array {
  return createHmac('sha256', secret).update(bytes).digest();
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new Refusal('CORRUPTED', `the message cannot be read: ${(cause as Error).message}`);
  }
}

function tooLarge(size: number): Refusal {
  return new Refusal('TOO_LARGE', `the envelope has ${size} bytes; at most ${MAX_ENVELOPE_BYTES} are taken`);
}
