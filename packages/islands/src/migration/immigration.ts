import { setTimeout as pause } from 'node:timers/promises';
import { durationFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { withinTrace } from '@petri/contracts';
import { type Migrant, Verdict } from '@petri/contracts/v1';
import { type Clock, type ErrorCode, idViolation, PetriError } from '@petri/core';
import { retryAfterMs } from '../transport/retry.ts';
import type { Delivery, Receiver } from '../transport/transport.ts';
import { Admission, type AdmissionOptions, type Judgement, refused } from './admission.ts';
import type { Sealer } from './envelope.ts';
import { type MigrationResult, NOWHERE, type OnMigration, result, type Travel } from './events.ts';
import type { Known, Ledger } from './ledger.ts';
import { type Judge, withJudge, withoutJudge, withVerdict } from './record.ts';
import { Refusal } from './refusal.ts';

/** A migrant that this island failed to take so often will not be taken. */
const MAX_ATTEMPTS = 5;

/** Of what is no fault of a migrant's: NATS is away, or this node has too much to do. It waits, until its time is over. */
const EXCUSED: ReadonlySet<ErrorCode> = new Set([
  'unavailable',
  'resource_exhausted',
  'deadline_exceeded',
  'aborted',
]);

export type ImmigrationOptions = AdmissionOptions & {
  /** Of this process. */
  node: string;
  incarnation: bigint;
  ledger: Ledger;
  sealer: Sealer;
  clock: Clock;
  onMigration: OnMigration;
  onError: (thrown: unknown) => void;
};

/** Whose entry in which record a message is about. */
type Entry = { id: string; from: string; genomeSha256: string };

/**
 * Takes migrants out of the inbox of one island. In this order, so that a crash in between is made good by delivering
 * again: the individual is admitted under an id of its own, the verdict is recorded, the message is settled.
 */
export class Immigration implements Receiver {
  readonly #options: ImmigrationOptions;
  readonly #admission: Admission;
  readonly #judge: Judge;
  /** Why the last attempt failed. */
  #reason = '';

  constructor(options: ImmigrationOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
    this.#judge = { node: options.node, incarnation: options.incarnation };
  }

  async deliver(delivery: Delivery): Promise<void> {
    const opened = this.#open(delivery);
    if (opened instanceof Refusal) return this.#refuse(delivery, opened);
    await withinTrace(opened.traceparent, () => this.#take(opened, delivery));
  }

  dropped(count: number): void {
    const { island, onMigration, onError } = this.#options;
    onMigration({ island, ...NOWHERE }, async () => result('DROPPED', { count })).catch(onError);
  }

  failed(thrown: unknown): void {
    this.#options.onError(thrown);
  }

  #open({ bytes, sender }: Delivery): Migrant | Refusal {
    try {
      const migrant = this.#options.sealer.open(bytes);
      if (migrant.from === sender) return migrant;
      return new Refusal('WRONG_SENDER', `"${sender}" sent it, and it says that "${migrant.from}" did`);
    } catch (thrown) {
      if (thrown instanceof Refusal) return thrown;
      throw thrown;
    }
  }

  /** Of what cannot be read, or not trusted, only the envelope's address is known: it is that of whoever may send here. */
  async #refuse(delivery: Delivery, refusal: Refusal): Promise<void> {
    const { ledger, island, onMigration } = this.#options;
    const entry = addressOf(delivery);
    const found = isKey(entry) ? await ledger.find(entry) : undefined;
    const about = entryIn(found, entry.genomeSha256);
    const expected = about?.sequence === 0n || about?.sequence === BigInt(delivery.sequence);
    const known = expected && about.verdict === Verdict.UNSPECIFIED ? found : undefined;
    const travel = known ? travelOf(island, { ...known.record, ...entry }) : { island, ...NOWHERE };
    await onMigration(travel, async () => {
      if (known) await this.#record(entry, delivery, refused(refusal), known, 0);
      return result('REJECTED', { reason: refusal.reason, message: refusal.message });
    });
  }

  async #take(migrant: Migrant, delivery: Delivery): Promise<void> {
    const { clock } = this.#options;
    const { signal } = delivery;
    const since = clock.monotonic();
    const entry = { id: migrant.migration, from: migrant.from, genomeSha256: migrant.genomeSha256 };
    try {
      for (let failures = 1; ; failures++) {
        try {
          const ageMs = delivery.ageMs + clock.monotonic() - since;
          return await this.#settle(migrant, entry, { ...delivery, ageMs });
        } catch (thrown) {
          if (signal.aborted || !isExcused(thrown)) throw thrown;
          this.failed(thrown);
          await pause(retryAfterMs(failures), undefined, { signal });
        }
      }
    } catch (thrown) {
      this.#reason = (thrown as Error).message;
      await this.#giveUp(entry);
      throw thrown;
    }
  }

  async #settle(migrant: Migrant, entry: Entry, delivery: Delivery): Promise<void> {
    const { ledger, island, clock, onMigration } = this.#options;
    const { genomeSha256 } = entry;
    // Reports expire; a migrant without one is as good as any.
    const found = await ledger.find(entry);
    const known = entryIn(found, genomeSha256);
    if (known && known.verdict !== Verdict.UNSPECIFIED) return;
    const begun = found && (await this.#begin(entry, delivery, found));
    await onMigration(travelOf(island, { ...migrant, ...entry }), async () => {
      const judgement = await this.#judgementOf(migrant, delivery);
      const sentAt = migrant.sentAt ? timestampMs(migrant.sentAt) : clock.now();
      if (begun) await this.#record(entry, delivery, judgement, begun, clock.now() - sentAt);
      const { admittedAs: individual, reason, message } = judgement;
      return result(kindOf(judgement), { individual, reason, message });
    });
  }

  #judgementOf(migrant: Migrant, delivery: Delivery): Judgement | Promise<Judgement> {
    if (delivery.attempt <= MAX_ATTEMPTS) return this.#admission.judge(migrant, delivery);
    const last = this.#reason === '' ? '' : `; the last time: ${this.#reason}`;
    return refused({
      reason: 'POISON',
      message: `this island failed ${MAX_ATTEMPTS} times to take it${last}`,
    });
  }

  /** Says that the migrant is judged: should it be pushed out of the inbox meanwhile, it is not lost. */
  #begin(entry: Entry, { sequence }: Delivery, found: Known): Promise<Known> {
    return this.#options.ledger.update(
      entry,
      (now) => withJudge(now, entry.genomeSha256, BigInt(sequence), this.#judge),
      found,
    );
  }

  async #record(
    entry: Entry,
    { sequence }: Delivery,
    judgement: Judgement,
    known: Known,
    latencyMs: number,
  ): Promise<void> {
    const final = { ...judgement, latency: durationFromMs(Math.max(0, latencyMs)) };
    await this.#options.ledger.update(
      entry,
      (now) => withVerdict(now, entry.genomeSha256, BigInt(sequence), final, this.#judge),
      known,
    );
  }

  /** Who was pushed out meanwhile is not delivered again, and lost. */
  async #giveUp(entry: Entry): Promise<void> {
    const { ledger, onError } = this.#options;
    try {
      if (await ledger.find(entry))
        await ledger.update(entry, (now) => withoutJudge(now, entry.genomeSha256, this.#judge));
    } catch (thrown) {
      onError(thrown);
    }
  }
}

function kindOf({ verdict }: Judgement): MigrationResult['kind'] {
  if (verdict === Verdict.ADMITTED) return 'ADMITTED';
  return verdict === Verdict.DUPLICATE ? 'DUPLICATE' : 'REJECTED';
}

function entryIn(known: Known | undefined, genomeSha256: string) {
  return known?.record.migrants.find((each) => each.genomeSha256 === genomeSha256);
}

function travelOf(
  island: string,
  { id, from, genomeSha256, population, to }: Entry & Pick<Migrant, 'population' | 'to'>,
): Travel {
  return { island, migration: id, population, from, to, genomeSha256 };
}

/** As the sender wrote it on the outside. */
function addressOf({ id, sender: from }: Delivery): Entry {
  const slash = id.lastIndexOf('/');
  return { id: id.slice(0, Math.max(0, slash)), from, genomeSha256: id.slice(slash + 1) };
}

function isKey({ id, from }: Entry): boolean {
  return idViolation('id', id) === undefined && idViolation('from', from) === undefined;
}

/** A successor is there for good, and takes over what is delivered here. */
function isExcused(thrown: unknown): boolean {
  return thrown instanceof PetriError && EXCUSED.has(thrown.code) && thrown.reason !== 'SUPERSEDED';
}
