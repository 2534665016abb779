import { createHash } from 'node:crypto';
import { durationFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { type Migrant, Verdict } from '@petri/contracts/v1';
import { type Clock, PetriError } from '@petri/core';
import type { Evaluated } from '../policy/individual.ts';
import { seeded } from '../policy/random.ts';
import { place } from '../policy/replacement.ts';
import type { Rules } from '../policy/settings.ts';
import type { Delivery, Receiver } from '../transport/transport.ts';
import { check } from './checks.ts';
import type { Sealer } from './envelope.ts';
import type { MigrationEvent, OnMigration } from './events.ts';
import type { Ledger } from './ledger.ts';
import type { Assessed, IslandPort } from './port.ts';
import { withVerdict } from './record.ts';
import { Refusal } from './refusal.ts';

/** A migrant that this node failed to take so often will not be taken. */
const MAX_ATTEMPTS = 5;

export type ImmigrationOptions = {
  island: string;
  port: IslandPort;
  ledger: Ledger;
  sealer: Sealer;
  clock: Clock;
  /** In force now. */
  rules: () => Rules & { epoch: bigint };
  onMigration: OnMigration;
};

type Judgement = {
  kind: MigrationEvent['kind'];
  verdict: Verdict;
  reason: string;
  message: string;
  admittedAs: string;
};

/**
 * Lets migrants into one island, or refuses them. In this order, so that a crash in between is made good by delivering
 * again: the individual is admitted under an id of its own, the verdict is recorded, the message is settled.
 */
export class Immigration implements Receiver {
  readonly #options: ImmigrationOptions;

  constructor(options: ImmigrationOptions) {
    this.#options = options;
  }

  async deliver(delivery: Delivery): Promise<void> {
    const migrant = this.#open(delivery);
    if (!migrant) return;
    const { migration: id, from, genomeSha256 } = migrant;
    const { ledger, clock } = this.#options;
    const record = await ledger.find({ id, from });
    if (
      record?.migrants.some(
        (entry) => entry.genomeSha256 === genomeSha256 && entry.verdict !== Verdict.UNSPECIFIED,
      )
    ) {
      return;
    }
    const { kind, ...judged } = await this.#judge(migrant, delivery.attempt);
    const sentAt = migrant.sentAt ? timestampMs(migrant.sentAt) : clock.now();
    const latency = durationFromMs(Math.max(0, clock.now() - sentAt));
    // Reports expire; a migrant without one is as good as any.
    if (record) {
      const sequence = BigInt(delivery.sequence);
      await ledger.update({ id, from }, (now) =>
        withVerdict(now, genomeSha256, sequence, { ...judged, latency }),
      );
    }
    this.#tell(kind, judged, migrant);
  }

  dropped(count: number): void {
    const { island, onMigration } = this.#options;
    onMigration({ ...NOTHING_KNOWN, kind: 'DROPPED', island, count });
  }

  /** Undefined for poison, which nothing can be done about but to say so: it names no migration that could be trusted. */
  #open({ bytes }: Delivery): Migrant | undefined {
    try {
      return this.#options.sealer.open(bytes);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      this.#tell('REJECTED', { reason: thrown.reason, message: thrown.message }, undefined);
      return undefined;
    }
  }

  async #judge(migrant: Migrant, attempt: number): Promise<Judgement> {
    try {
      if (attempt > MAX_ATTEMPTS)
        throw new Refusal('POISON', `this island failed ${MAX_ATTEMPTS} times to take it`);
      return await this.#admit(migrant);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (!refusal) throw thrown;
      const { reason, message } = refusal;
      return { kind: 'REJECTED', verdict: Verdict.REJECTED, reason, message, admittedAs: '' };
    }
  }

  async #admit(migrant: Migrant): Promise<Judgement> {
    const { island, port, rules } = this.#options;
    const { population, genomeSha256 } = migrant;
    const { epoch, maxHops, capacity, replacement, trustScores } = rules();
    const evaluatorSha256 = await port.evaluatorOf(island, population);
    check(migrant, { island, epoch, maxHops, evaluatorSha256 });
    const residents = await port.individuals(island, population);
    const id = idOf(migrant);
    const admitted = {
      kind: 'ADMITTED',
      verdict: Verdict.ADMITTED,
      reason: '',
      message: '',
      admittedAs: id,
    } as const;
    if (residents.some((resident) => resident.id === id)) return admitted;
    if (residents.some((resident) => resident.genomeSha256 === genomeSha256)) {
      return { kind: 'DUPLICATE', verdict: Verdict.DUPLICATE, reason: '', message: '', admittedAs: '' };
    }
    const assessed = trustScores
      ? await port.believe(island, population, migrant.fitness!)
      : await port.evaluate(island, population, migrant);
    const random = seeded(migrant.migration, genomeSha256);
    const placement = place(replacement, residents, immigrant(id, migrant, assessed), capacity, random);
    if (!placement.admitted)
      throw new Refusal('NOT_BETTER', 'it is not better than whoever it would replace');
    await port.admit(island, population, {
      id,
      migrant,
      fitness: assessed.fitness,
      givesWay: placement.givesWay,
    });
    return admitted;
  }

  #tell(
    kind: MigrationEvent['kind'],
    { reason, message }: { reason: string; message: string },
    migrant: Migrant | undefined,
  ): void {
    const { island, onMigration } = this.#options;
    const { migration, population, traceparent } = migrant ?? NOTHING_KNOWN;
    onMigration({ kind, island, count: 1, migration, population, traceparent, reason, message });
  }
}

const NOTHING_KNOWN = { migration: '', population: '', traceparent: '', reason: '', message: '' };

function immigrant(id: string, { genomeSha256 }: Migrant, { merit, behaviour }: Assessed): Evaluated {
  return { id, genomeSha256, merit, behaviour };
}

/** The same however often the migrant is delivered, and different for every other. */
function idOf({ migration, genomeSha256, to }: Migrant): string {
  const digest = createHash('sha256').update(`${migration}\0${genomeSha256}\0${to}`).digest('hex');
  return `migrant-${digest.slice(0, 24)}`;
}

/** Undefined for what may be different the next time. */
function refusalOf(thrown: unknown): { reason: string; message: string } | undefined {
  if (thrown instanceof Refusal) return thrown;
  const final = thrown instanceof PetriError && ['not_found', 'invalid_argument'].includes(thrown.code);
  return final ? thrown : undefined;
}
