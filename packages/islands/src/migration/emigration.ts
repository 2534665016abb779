import { create } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Migrant, MigrantSchema, type Migration, MigrationState, Verdict } from '@petri/contracts/v1';
import { type Clock, PetriError } from '@petri/core';
import { seeded } from '../policy/random.ts';
import { select } from '../policy/selection.ts';
import type { Rules } from '../policy/settings.ts';
import type { Transport } from '../transport/transport.ts';
import { SCHEMA_VERSION, type Sealer } from './envelope.ts';
import type { OnMigration } from './events.ts';
import { genomeSha256 } from './genome-hash.ts';
import type { Ledger } from './ledger.ts';
import type { IslandPort } from './port.ts';
import { withMigrant } from './record.ts';
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
      this.#underWay.get(record.id) ?? this.#send(record).finally(() => this.#underWay.delete(record.id));
    this.#underWay.set(record.id, sending);
    return sending;
  }

  async #send(asked: Migration): Promise<void> {
    const { ledger } = this.#options;
    // What the caller has may be old: a watch tells late.
    const known = await ledger.find(asked);
    if (known?.record.state !== MigrationState.REQUESTED) return;
    try {
      const record = known.record.migrants.length > 0 ? known.record : await this.#choose(known.record);
      const sequences = await this.#dispatch(record);
      await ledger.update(asked, (now) => {
        const sent = [...sequences].reduce(
          (rest, [hash, sequence]) =>
            withMigrant(rest, hash, (entry) => ({ sequence: entry.sequence || sequence })),
          now,
        );
        return { ...sent, state: MigrationState.SENT };
      });
      this.#tell(asked, sequences.size);
    } catch (thrown) {
      if (thrown instanceof PetriError && thrown.code === 'unavailable') throw thrown;
      const { message } = thrown as Error;
      await ledger.update(asked, (now) => failed(now, message));
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

  /** Sequences in the inbox, by genome. Whoever is not there any more does not go, which its entry says. */
  async #dispatch(record: Migration): Promise<Map<string, bigint>> {
    const { transport, sealer } = this.#options;
    const sequences = new Map<string, bigint>();
    for (const [index, { individual, genomeSha256: hash, verdict }] of record.migrants.entries()) {
      if (verdict !== Verdict.UNSPECIFIED) continue;
      try {
        const migrant = await this.#pack(record, individual, index);
        if (migrant.genomeSha256 !== hash)
          throw new Refusal('CHANGED', 'it got other code after it was chosen');
        const bytes = sealer.seal(migrant);
        const id = `${record.id}/${hash}`;
        const { sequence } = await transport.send(record.to, { id, sender: record.from, bytes });
        sequences.set(hash, BigInt(sequence));
      } catch (thrown) {
        const lost = dropReason(thrown);
        if (!lost) throw thrown;
        const drop = { verdict: Verdict.DROPPED, ...lost };
        await this.#options.ledger.update(record, (now) => withMigrant(now, hash, () => drop));
      }
    }
    return sequences;
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
    });
  }

  #tell({ id, from, population }: Migration, count: number): void {
    this.#options.onMigration({
      kind: 'SENT',
      island: from,
      count,
      migration: id,
      population,
      reason: '',
      message: '',
      traceparent: '',
    });
  }
}

function failed(record: Migration, error: string): Migration {
  const drop = { verdict: Verdict.DROPPED, reason: 'NOT_SENT', message: error };
  const ended = record.migrants.reduce(
    (rest, { genomeSha256: hash }) =>
      withMigrant(rest, hash, ({ verdict, sequence }) =>
        verdict === Verdict.UNSPECIFIED && sequence === 0n ? drop : {},
      ),
    record,
  );
  return { ...ended, state: MigrationState.FAILED, error };
}

/** Undefined for what concerns more than this one migrant. */
function dropReason(thrown: unknown): { reason: string; message: string } | undefined {
  if (thrown instanceof Refusal) return { reason: thrown.reason, message: thrown.message };
  if (!(thrown instanceof PetriError) || thrown.code !== 'not_found') return undefined;
  if (thrown.resource?.type === 'inbox') return undefined;
  return { reason: 'GONE', message: thrown.message };
}
