/** Envelopes of migrants, genuine and not. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  ClaimedFitnessSchema,
  GenomeSchema,
  type Migrant,
  type MigrantEnvelope,
  MigrantEnvelopeSchema,
  MigrantSchema,
} from '@petri/contracts/v1';
import { genomeSha256 } from '../../../packages/islands/src/migration/genome-hash.ts';
import { constant, POPULATION } from './evolution.ts';

let made = 0;

/** A migrant as a node would send it, of a migration that nobody asked for. */
export function migrant(
  to: string,
  evaluatorSha256: string,
  change: MessageInitShape<typeof MigrantSchema> = {},
): Migrant {
  const value = 2 + made++ / 1_000;
  const genome = create(GenomeSchema, {
    entry: 'main',
    modules: [{ name: 'main', code: { case: 'javascript', value: constant(value) } }],
  });
  return create(MigrantSchema, {
    schemaVersion: 1,
    migration: `forged-${made}`,
    population: POPULATION,
    from: 'a',
    to,
    node: 'a',
    incarnation: 1n,
    // Newer than any plan of the test.
    epoch: 1_000_000n,
    genome,
    genomeSha256: genomeSha256(genome),
    fitness: create(ClaimedFitnessSchema, { score: 1, evaluatorSha256 }),
    individual: `forged-${made}`,
    origin: 'a',
    hops: 1,
    sentAt: timestampFromMs(Date.now()),
    ttl: durationFromMs(600_000),
    ...change,
  });
}

/** Not signed, whatever `change` says. */
export function envelope(
  sealed: Migrant,
  change: MessageInitShape<typeof MigrantEnvelopeSchema> = {},
): Uint8Array {
  return encode({ migrant: toBinary(MigrantSchema, sealed), ...change });
}

export function encode(content: MessageInitShape<typeof MigrantEnvelopeSchema>): Uint8Array {
  const made: MigrantEnvelope = create(MigrantEnvelopeSchema, content);
  return toBinary(MigrantEnvelopeSchema, made);
}
