import { createHash } from 'node:crypto';
import { durationFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { type Migrant, Verdict } from '@petri/contracts/v1';
import { withinTrace } from '@petri/contracts';
import { type Clock, PetriError } from '@petri/core';
import type { Evaluated } from '../policy/individual.ts';
import { seeded } from '../policy/random.ts';
import { place, type Placement } from '../policy/replacement.ts';
import type { Rules } from '../policy/settings.ts';
import type { Delivery, Receiver } from '../transport/transport.ts';
import { check } from './checks.ts';
import type { Sealer } from './envelope.ts';
import { type MigrationResult, NOWHERE, type OnMigration, result, type Travel } from './events.ts';
import type { Known, Ledger } from './ledger.ts';
import type { Assessed, IslandPort } from './port.ts';
import { type Judge, withJudge, withoutJudge, withVerdict } from './record.ts';
import { Refusal } from './refusal.ts';

/** A migrant that this node failed to take so often will not be taken. */
const MAX_ATTEMPTS = 5;

export type ImmigrationOptions = {
  island: string;
  /** Of this process. */
  node: string;
  incarnation: bigint;
  port: IslandPort;
  ledger: Ledger;
  sealer: Sealer;
  clock: Clock;
  /** In force now. */
  rules: () => Rules & { epoch: bigint };
  onMigration: OnMigration;
  onError: (thrown: unknown) => void;
};

type Judgement = {
  kind: MigrationResult['kind'];
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
    const migrant = await this.#open(delivery);
    if (migrant) await withinTrace(migrant.traceparent, () => this.#settle(migrant, delivery));
  }

  async #settle(migrant: Migrant, delivery: Delivery): Promise<void> {
    const { genomeSha256 } = migrant;
    // Reports expire; a migrant without one is as good as any.
    const found = await this.#options.ledger.find(keyOf(migrant));
    const entry = found?.record.migrants.find((each) => each.genomeSha256 === genomeSha256);
    if (entry && entry.verdict !== Verdict.UNSPECIFIED) return;
    const begun = found && (await this.#begin(migrant, delivery, found));
    try {
      await this.#options.onMigration(this.#travelOf(migrant), async () => {
        const { kind, ...judged } = await this.#judge(migrant, delivery.attempt);
        if (begun) await this.#record(migrant, delivery, judged, begun);
        const { admittedAs: individual, reason, message } = judged;
        return result(kind, { individual, reason, message });
      });
    } catch (thrown) {
      if (begun) await this.#giveUp(migrant);
      throw thrown;
    }
  }

  /** Says that the migrant is judged: should it be pushed out of the inbox meanwhile, it is not lost. */
  #begin(migrant: Migrant, { sequence }: Delivery, found: Known): Promise<Known> {
    return this.#options.ledger.update(
      keyOf(migrant),
      (now) => withJudge(now, migrant.genomeSha256, BigInt(sequence), this.#judgeOf()),
      found,
    );
  }

  async #record(
    migrant: Migrant,
    { sequence }: Delivery,
    judged: Omit<Judgement, 'kind'>,
    begun: Known,
  ): Promise<void> {
    const { clock, ledger } = this.#options;
    const sentAt = migrant.sentAt ? timestampMs(migrant.sentAt) : clock.now();
    const final = { ...judged, latency: durationFromMs(Math.max(0, clock.now() - sentAt)) };
    await ledger.update(
      keyOf(migrant),
      (now) => withVerdict(now, migrant.genomeSha256, BigInt(sequence), final, this.#judgeOf()),
      begun,
    );
  }

  /** Who was pushed out meanwhile is not delivered again, and lost. */
  async #giveUp(migrant: Migrant): Promise<void> {
    const { ledger, onError } = this.#options;
    await ledger
      .update(keyOf(migrant), (now) => withoutJudge(now, migrant.genomeSha256, this.#judgeOf()))
      .catch(onError);
  }

  #judgeOf(): Judge {
    const { node, incarnation } = this.#options;
    return { node, incarnation };
  }

  dropped(count: number): void {
    const { island, onMigration, onError } = this.#options;
    onMigration({ island, ...NOWHERE }, async () => result('DROPPED', { count })).catch(onError);
  }

  /** Undefined for poison, which nothing can be done about but to say so: it names no migration that could be trusted. */
  async #open({ bytes }: Delivery): Promise<Migrant | undefined> {
    const { sealer, island, onMigration } = this.#options;
    try {
      return sealer.open(bytes);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      const { reason, message } = thrown;
      await onMigration({ island, ...NOWHERE }, async () => result('REJECTED', { reason, message }));
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
    const residents = await port.individuals(island, population);
    const id = idOf(migrant);
    const admitted = {
      kind: 'ADMITTED',
      verdict: Verdict.ADMITTED,
      reason: '',
      message: '',
      admittedAs: id,
    } as const;
    const arrived = residents.find((resident) => resident.id === id);
    if (arrived?.merit !== undefined) {
      // Before a crash, or before whoever keeps the population could say so: what is lacking is made good.
      await port.admit(island, population, { id, migrant, fitness: migrant.fitness!, givesWay: undefined });
      return admitted;
    }
    // Whoever is here was in order when it came, whatever has changed since.
    if (!arrived) {
      const evaluatorSha256 = await port.evaluatorOf(island, population);
      check(migrant, { island, epoch, maxHops, evaluatorSha256 });
    }
    if (!arrived && residents.some((resident) => resident.genomeSha256 === genomeSha256)) {
      return { kind: 'DUPLICATE', verdict: Verdict.DUPLICATE, reason: '', message: '', admittedAs: '' };
    }
    const assessed = trustScores
      ? await port.believe(island, population, migrant.fitness!)
      : await port.evaluate(island, population, migrant);
    const random = seeded(migrant.migration, genomeSha256);
    const placement: Placement = arrived
      ? { admitted: true, givesWay: undefined }
      : place(replacement, residents, immigrant(id, migrant, assessed), capacity, random);
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

  #travelOf({ migration, population, from, to, genomeSha256 }: Migrant): Travel {
    return { island: this.#options.island, migration, population, from, to, genomeSha256 };
  }
}

function keyOf({ migration: id, from }: Migrant): { id: string; from: string } {
  return { id, from };
}

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
