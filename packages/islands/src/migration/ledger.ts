import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Migration, MigrationSchema } from '@petri/contracts/v1';
import { aborted, alreadyExists, notFound } from '@petri/core';
import type { Documents, InboxState, Subscription, Transport } from '../transport/transport.ts';
import { type Judge, missing, reported } from './record.ts';

/** Reports are for whoever asks soon; the event stream keeps history. */
const KEPT_MS = 60 * 60_000;
const TRIES = 50;
const COLLECTION = 'migrations';
const RECORDS = 'of';
const PLACES = 'id';

type Key = { id: string; from: string };

/** A record, as it was at a revision. */
export type Known = { record: Migration; revision: number };

/** What became of each migration, as all nodes see it. */
export class Ledger {
  readonly #transport: Transport;
  readonly #documents: Documents;
  readonly #isGone: (judge: Judge) => boolean;

  private constructor(transport: Transport, documents: Documents, isGone: (judge: Judge) => boolean) {
    this.#transport = transport;
    this.#documents = documents;
    this.#isGone = isGone;
  }

  /** `isGone` says of a process whether it will come to no verdict any more, as far as is known here. */
  static async open(transport: Transport, isGone: (judge: Judge) => boolean): Promise<Ledger> {
    return new Ledger(transport, await transport.documents(COLLECTION, { ttlMs: KEPT_MS }), isGone);
  }

  /**
   * The record of this id, made if there is none yet.
   *
   * @throws PetriError `already_exists` if there is one of another migration.
   */
  async request(migration: Migration): Promise<Migration> {
    const { id, from } = migration;
    // First, so that of two with one id, from different islands, one is refused.
    const isNew = await this.#documents.put(placeOf(id), new TextEncoder().encode(from), 0);
    if (isNew === undefined && (await this.#islandOf(id)) !== from) throw alreadyExists('migration', id);
    const revision = await this.#documents.put(keyOf(migration), toBinary(MigrationSchema, migration), 0);
    if (revision !== undefined) return migration;
    const known = await this.find(migration);
    const same =
      known && known.record.to === migration.to && known.record.population === migration.population;
    if (!same) throw alreadyExists('migration', migration.id);
    return known.record;
  }

  /**
   * Changes a record, whoever else does at the same time. `change` may be called more than once; `known` saves reading a
   * record that was read before.
   */
  async update(key: Key, change: (record: Migration) => Migration, known?: Known): Promise<Known> {
    let latest = known;
    for (let tries = 0; tries < TRIES; tries++) {
      latest ??= await this.find(key);
      if (!latest) throw notFound('migration', key.id);
      const record = change(latest.record);
      const bytes = toBinary(MigrationSchema, record);
      const revision = await this.#documents.put(keyOf(key), bytes, latest.revision);
      if (revision !== undefined) return { record, revision };
      latest = undefined;
    }
    throw aborted('MIGRATION_CONTENDED', `the report of the migration "${key.id}" changes too often`);
  }

  async find(key: Key): Promise<Known | undefined> {
    const document = await this.#documents.get(keyOf(key));
    return document && { record: fromBinary(MigrationSchema, document.bytes), revision: document.revision };
  }

  /** With totals. @throws PetriError `not_found`. */
  async report(id: string): Promise<Migration> {
    const from = await this.#islandOf(id);
    const known = from === undefined ? undefined : await this.find({ id, from });
    if (!known) throw notFound('migration', id);
    const { record } = known;
    return this.#report(record, await this.#transport.inboxState(record.to));
  }

  /** With totals, newest first. */
  async reports(): Promise<Migration[]> {
    const records = (await this.#documents.list(`${RECORDS}/`)).map(({ bytes }) =>
      fromBinary(MigrationSchema, bytes),
    );
    const islands = [...new Set(records.map(({ to }) => to))];
    const states = await Promise.all(islands.map((island) => this.#transport.inboxState(island)));
    const inboxes = new Map(islands.map((island, index) => [island, states[index]]));
    const reports = await Promise.all(records.map((record) => this.#report(record, inboxes.get(record.to))));
    return reports.toSorted(newestFirst);
  }

  async #islandOf(id: string): Promise<string | undefined> {
    const found = await this.#documents.get(placeOf(id));
    return found && new TextDecoder().decode(found.bytes);
  }

  /** Reads a record again that seems to miss migrants: their verdicts may be newer than the record, and older than the inbox. */
  async #report(record: Migration, inbox: InboxState | undefined): Promise<Migration> {
    const dropped = missing(record, inbox);
    const newest = dropped.size === 0 ? undefined : await this.find(record);
    return reported(newest?.record ?? record, dropped, this.#isGone);
  }

  /** Migrations that the island was asked for. */
  async from(island: string): Promise<Migration[]> {
    const documents = await this.#documents.list(`${RECORDS}/${island}/`);
    return documents.map(({ bytes }) => fromBinary(MigrationSchema, bytes));
  }

  watch(island: string, changed: (record: Migration) => void): Promise<Subscription> {
    return this.#documents.watch(`${RECORDS}/${island}/`, ({ bytes }) => {
      if (bytes) changed(fromBinary(MigrationSchema, bytes));
    });
  }
}

/** By island, so that one hears of what it is asked for alone. */
function keyOf({ from, id }: Key): string {
  return `${RECORDS}/${from}/${id}`;
}

/** Where it is kept which island a migration is of. */
function placeOf(id: string): string {
  return `${PLACES}/${id}`;
}

function newestFirst(a: Migration, b: Migration): number {
  const [first, second] = [a, b].map(
    ({ requestedAt: at }) => Number(at?.seconds ?? 0n) * 1e9 + (at?.nanos ?? 0),
  );
  return second! - first! || (a.id < b.id ? 1 : -1);
}
