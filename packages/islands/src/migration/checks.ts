import { durationMs } from '@bufbuild/protobuf/wkt';
import type { Migrant } from '@petri/contracts/v1';
import { genomeSha256 } from './genome-hash.ts';
import { Refusal } from './refusal.ts';

/** What a migrant is held against. */
export type Gate = {
  island: string;
  /** Whose message it came in. */
  sender: string;
  /** How long it is under way, in milliseconds. */
  ageMs: number;
  /** Of the newest plan that this island knows; 0 for none. */
  epoch: bigint;
  maxHops: number;
  /** SHA-256 of the evaluator that the island's scores come from; empty if it has none yet. */
  evaluatorSha256: string;
};

/** The epoch before the newest is still good: a plan does not reach all islands at once. */
const EPOCHS_BEHIND = 1n;

/** @throws Refusal for a migrant that is not for here, not what it says, out of time, or judged by somebody else. */
export function check(migrant: Migrant, gate: Gate): void {
  const { island, sender, ageMs, epoch, maxHops, evaluatorSha256 } = gate;
  const { genome, fitness, ttl } = migrant;
  if (migrant.to !== island)
    throw new Refusal('WRONG_ISLAND', `it goes to "${migrant.to}", not to "${island}"`);
  if (migrant.from !== sender)
    throw new Refusal('WRONG_SENDER', `it says that it comes from "${migrant.from}"; "${sender}" sent it`);
  const ttlMs = ttl ? durationMs(ttl) : Infinity;
  if (ageMs > ttlMs)
    throw new Refusal('EXPIRED', `it was under way for ${Math.round(ageMs)} ms; it may be for ${ttlMs} ms`);
  if (!genome || genome.modules.length === 0) throw new Refusal('NO_GENOME', 'it has no code');
  if (genomeSha256(genome) !== migrant.genomeSha256) {
    throw new Refusal('WRONG_GENOME_HASH', 'its code is not what its hash says');
  }
  if (migrant.epoch + EPOCHS_BEHIND < epoch) {
    throw new Refusal('STALE_EPOCH', `it was sent in epoch ${migrant.epoch}; this is epoch ${epoch}`);
  }
  if (migrant.hops > maxHops) {
    throw new Refusal(
      'TOO_MANY_HOPS',
      `it was sent on ${migrant.hops} times; at most ${maxHops} are allowed`,
    );
  }
  if (!fitness) throw new Refusal('NO_FITNESS', 'it was not evaluated where it comes from');
  if (!Number.isFinite(fitness.score)) throw new Refusal('NO_FITNESS', 'its score is not a number');
  if (evaluatorSha256 !== '' && fitness.evaluatorSha256 !== evaluatorSha256) {
    const who = `${fitness.evaluatorSha256 || 'nobody known'}, those of this island by ${evaluatorSha256}`;
    throw new Refusal('OTHER_EVALUATOR', `its score was given by ${who}`);
  }
}
