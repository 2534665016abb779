import type { Clock } from '@petri/core';
import type { Change, CollectionBounds, Document, Subscription } from './transport.ts';

type Entry = { bytes: Uint8Array; revision: number; writtenAt: number };
type Watcher = { prefix: string; changed: (change: Change) => void };

/** Documents in memory. Reads and writes copy: nobody holds the bytes of another. */
export class MemoryCollection {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #watchers = new Set<Watcher>();
  #revision = 0;

  constructor({ ttlMs }: CollectionBounds, clock: Clock) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  get(key: string): Document | undefined {
    this.#expire();
    const entry = this.#entries.get(key);
    return entry && { key, bytes: entry.bytes.slice(), revision: entry.revision };
  }

  list(prefix: string): Document[] {
    this.#expire();
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix)).map((key) => this.get(key)!);
  }

  put(key: string, bytes: Uint8Array, expected: number): number | undefined {
    if ((this.get(key)?.revision ?? 0) !== expected) return undefined;
    const revision = ++this.#revision;
    // Last in insertion order, which is the order of expiry.
    this.#entries.delete(key);
    this.#entries.set(key, { bytes: bytes.slice(), revision, writtenAt: this.#clock.monotonic() });
    this.#tell({ key, bytes, revision });
    return revision;
  }

  delete(key: string, expected: number): boolean {
    if (this.get(key)?.revision !== expected) return false;
    this.#entries.delete(key);
    this.#tell({ key, bytes: undefined, revision: ++this.#revision });
    return true;
  }

  watch(prefix: string, changed: (change: Change) => void): Subscription {
    const watcher = { prefix, changed };
    this.#watchers.add(watcher);
    return { close: async () => void this.#watchers.delete(watcher) };
  }

  #expire(): void {
    if (this.#ttlMs === 0) return;
    const oldest = this.#clock.monotonic() - this.#ttlMs;
    for (const [key, { writtenAt }] of this.#entries) {
      if (writtenAt > oldest) return;
      this.#entries.delete(key);
    }
  }

  #tell({ key, bytes, revision }: Change): void {
    for (const watcher of this.#watchers) {
      if (!key.startsWith(watcher.prefix)) continue;
      const change = { key, bytes: bytes?.slice(), revision };
      setImmediate(() => this.#watchers.has(watcher) && watcher.changed(change));
    }
  }
}
