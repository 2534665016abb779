import { create } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Migrant, MigrantSchema, type Migration, MigrationState, Verdict } from '@petri/contracts/v1';
import { activeTrace, withinTrace } from '@petri/contracts';
import { type Clock, PetriError } from '@petri/core';
import { seeded } from '../policy/random.ts';
import { select } from '../policy/selection.ts';
import type { Rules } from '../policy/settings.ts';
import { MESSAGE_TOO_LARGE, type Receipt, type Transport } from '../transport/transport.ts';
import { SCHEMA_VERSION, type Sealer } from './envelope.ts';
import { type OnMigration, result } from './events.ts';
import { genomeSha256 } from './genome-hash.ts';
import type { Ledger } from './ledger.ts';
import type { IslandPort } from './port.ts';
import { withDrop, withMigrant } from './record.ts';
import { Refusal } from './refusal.ts';

export type EmigrationOptions = {
  node: string;
  incarnation: bigint;
  transport: Transport;
  port: IslandPort;
  ledger: Ledger;
  sealer: Sealer;
  clock: Clock;
  rules: () => Rules & { epoch: bigint };
  onMigration: OnMigration;
};

/** Reason of those who stay because their whole migration failed. */
const NOT_SENT = 'NOT_SENT';

/** Sends individuals of this node's islands. */
export class Emigration {
  readonly #options: EmigrationOptions;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: EmigrationOptions) {
    this.#options = options;
  }

  /**
   * Does what was asked for. Safe to be called again for the same migration, also after a crash in the middle: who goes
   * is recorded before anybody does, and an inbox takes each migrant once.
   */
  send(record: Migration): Promise<void> {
    const sending =
      this.#underWay.get(record.id) ??
      withinTrace(record.traceparent, () => this.#send(record)).finally(() =>
        this.#underWay.delete(record.id),
      );
    this.#underWay.set(record.id, sending);
    return sending;
  }

  async #send(asked: Migration): Promise<void> {
    const { ledger } = this.#options;
    // What the caller has may be old: a watch tells late.
    const known = await ledger.find(asked);
    if (known?.record.state !== MigrationState.REQUESTED) return;
    /** In the inbox, by genome. */
    const sequences = new Map<string, bigint>();
    try {
      const record = known.record.migrants.length > 0 ? known.record : await this.#choose(known.record);
      await this.#dispatch(record, sequences);
      await ledger.update(asked, (now) => ({ ...numbered(now, sequences), state: MigrationState.SENT }));
    } catch (thrown) {
      if (thrown instanceof PetriError && thrown.code === 'unavailable') throw thrown;
      const { message } = thrown as Error;
      const { record } = await ledger.update(asked, (now) => failed(numbered(now, sequences), message));
      await this.#tellOfUnsent(record);
    }
  }

  /** Records who goes. */
  async #choose({ id, from, population, count }: Migration): Promise<Migration> {
    const { port, ledger, rules, clock } = this.#options;
    const { selection } = rules();
    const residents = await port.individuals(from, population);
    const chosen = select(selection, residents, count, seeded(id));
    const hashes = await Promise.all(
      chosen.map(async ({ id: individual }) => ({
        individual,
        hash: genomeSha256((await port.pack(from, population, individual)).genome),
      })),
    );
    const sentAt = timestampFromMs(clock.now());
    const { record } = await ledger.update({ id, from }, (now) =>
      hashes.reduce(
        (rest, { individual, hash }) => withMigrant(rest, hash, () => ({ individual, sentAt })),
        now,
      ),
    );
    return record;
  }

  async #dispatch(record: Migration, sequences: Map<string, bigint>): Promise<void> {
    const { onMigration } = this.#options;
    const { id: migration, population, from, to } = record;
    for (const [index, { individual, genomeSha256, verdict }] of record.migrants.entries()) {
      if (verdict !== Verdict.UNSPECIFIED) continue;
      const travel = { island: from, migration, population, from, to, genomeSha256 };
      await onMigration(travel, async () => {
        try {
          const { sequence, duplicate } = await this.#sendOne(record, individual, index, genomeSha256);
          sequences.set(genomeSha256, BigInt(sequence));
          return duplicate ? undefined : result('SENT', { individual });
        } catch (thrown) {
          const lost = dropReason(thrown);
          if (!lost) throw thrown;
          const dropped = await this.#drop(record, genomeSha256, lost);
          return dropped ? result('DROPPED', { individual, ...lost }) : undefined;
        }
      });
    }
  }

  async #sendOne(record: Migration, individual: string, index: number, chosen: string): Promise<Receipt> {
    const { transport, sealer } = this.#options;
    const migrant = await this.#pack(record, individual, index);
    if (migrant.genomeSha256 !== chosen)
      throw new Refusal('CHANGED', 'it got other code after it was chosen');
    const message = { id: `${record.id}/${chosen}`, sender: record.from, bytes: sealer.seal(migrant) };
    return transport.send(record.to, message);
  }

  /** Whoever is not there any more does not go, which its entry says. Whether it did not. */
  async #drop(
    record: Migration,
    genomeSha256: string,
    why: Pick<Refusal, 'reason' | 'message'>,
  ): Promise<boolean> {
    const changed = await this.#options.ledger.update(record, (now) => withDrop(now, genomeSha256, why));
    const entry = changed.record.migrants.find((each) => each.genomeSha256 === genomeSha256);
    return entry?.verdict === Verdict.DROPPED;
  }

  async #tellOfUnsent({ id: migration, population, from, to, migrants }: Migration): Promise<void> {
    for (const { individual, genomeSha256, reason, message } of migrants) {
      if (reason !== NOT_SENT) continue;
      const travel = { island: from, migration, population, from, to, genomeSha256 };
      await this.#options.onMigration(travel, async () => result('DROPPED', { individual, reason, message }));
    }
  }

  async #pack(record: Migration, individual: string, index: number): Promise<Migrant> {
    const { port, node, incarnation, clock, rules } = this.#options;
    const { id, population, from, to } = record;
    const packed = await port.pack(from, population, individual);
    const { epoch, ttlMs } = rules();
    return create(MigrantSchema, {
      ...packed,
      schemaVersion: SCHEMA_VERSION,
      migration: id,
      population,
      from,
      to,
      node,
      incarnation,
      epoch,
      index,
      individual,
      genomeSha256: genomeSha256(packed.genome),
      hops: packed.hops + 1,
      sentAt: timestampFromMs(clock.now()),
      ttl: durationFromMs(ttlMs),
      traceparent: activeTrace(),
    });
  }
}

function numbered(record: Migration, sequences: ReadonlyMap<string, bigint>): Migration {
  return [...sequences].reduce(
    (rest, [hash, sequence]) =>
      withMigrant(rest, hash, (entry) => ({ sequence: entry.sequence || sequence })),
    record,
  );
}

function failed(record: Migration, error: string): Migration {
  const why = { reason: NOT_SENT, message: error };
  const ended = record.migrants.reduce((rest, { genomeSha256: hash }) => withDrop(rest, hash, why), record);
  return { ...ended, state: MigrationState.FAILED, error };
}

/** Undefined for what concerns more than this one migrant. */
function dropReason(thrown: unknown): { reason: string; message: string } | undefined {
  if (thrown instanceof Refusal) return { reason: thrown.reason, message: thrown.message };
  if (!(thrown instanceof PetriError)) return undefined;
  if (thrown.reason === MESSAGE_TOO_LARGE) return { reason: 'TOO_LARGE', message: thrown.message };
  if (thrown.code !== 'not_found') return undefined;
  if (thrown.resource?.type === 'inbox') return undefined;
  return { reason: 'GONE', message: thrown.message };
}
