import type { JetStreamManager } from '@nats-io/jetstream';
import { type KV, type KvEntry, KvWatchInclude } from '@nats-io/kv';
import { asking, unlessConflict } from './nats-errors.ts';
import { keyOf, subjectOf } from './nats-names.ts';
import type { Change, Document, Documents, Subscription } from './transport.ts';

/** A key-value bucket. */
export class NatsDocuments implements Documents {
  readonly #name: string;
  readonly #bucket: KV;
  readonly #manager: JetStreamManager;
  readonly #own: (subscription: Subscription) => Subscription;

  constructor(
    name: string,
    bucket: KV,
    manager: JetStreamManager,
    own: (subscription: Subscription) => Subscription,
  ) {
    this.#name = name;
    this.#bucket = bucket;
    this.#manager = manager;
    this.#own = own;
  }

  get(key: string): Promise<Document | undefined> {
    return asking(async () => {
      const entry = await this.#bucket.get(subjectOf(key));
      return entry?.operation === 'PUT' ? { key, bytes: entry.value, revision: entry.revision } : undefined;
    });
  }

  list(prefix = ''): Promise<Document[]> {
    return asking(async () => {
      // Not by the bucket's own `keys()`, which may wait for ever where there are none.
      const filter = { subjects_filter: `$KV.${this.#name}.${filterOf(prefix)}` };
      const { state } = await this.#manager.streams.info(`KV_${this.#name}`, filter);
      const keys = Object.keys(state.subjects ?? {}).map((subject) =>
        keyOf(subject.split('.').slice(2).join('.')),
      );
      const found = await Promise.all(keys.map((key) => this.get(key)));
      return found.filter((document) => document !== undefined);
    });
  }

  put(key: string, bytes: Uint8Array, expected: number): Promise<number | undefined> {
    const subject = subjectOf(key);
    const write = () =>
      expected === 0 ? this.#bucket.create(subject, bytes) : this.#bucket.update(subject, bytes, expected);
    return asking(() => unlessConflict(write));
  }

  async delete(key: string, expected: number): Promise<boolean> {
    const remove = async () => {
      await this.#bucket.delete(subjectOf(key), { previousSeq: expected });
      return true;
    };
    return (await asking(() => unlessConflict(remove))) ?? false;
  }

  watch(prefix: string, changed: (change: Change) => void): Promise<Subscription> {
    return asking(async () => {
      const options = { key: filterOf(prefix), include: KvWatchInclude.UpdatesOnly };
      const changes = await this.#bucket.watch(options);
      const done = (async () => {
        for await (const entry of changes) changed(changeOf(entry));
      })();
      return this.#own({
        close: async () => {
          changes.stop();
          await done;
        },
      });
    });
  }
}

function filterOf(prefix: string): string {
  return prefix === '' ? '>' : `${subjectOf(prefix.slice(0, -1))}.>`;
}

function changeOf({ key, value, revision, operation }: KvEntry): Change {
  return { key: keyOf(key), bytes: operation === 'PUT' ? value : undefined, revision };
}
