import { type Clock, notFound, systemClock, unavailable } from '@petri/core';
import { MemoryCollection } from './memory-collection.ts';
import { MemoryInbox } from './memory-inbox.ts';
import type {
  CollectionBounds,
  Documents,
  InboxBounds,
  InboxState,
  Outgoing,
  Receipt,
  Receiver,
  Subscription,
  Transport,
} from './transport.ts';

type Listener = { topic: string; receive: (bytes: Uint8Array, topic: string) => void };

/** What islands of one process share: a broker without a server. Durable as long as the hub is held. */
export class InProcessHub {
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  readonly #inboxes = new Map<string, MemoryInbox>();
  readonly #collections = new Map<string, MemoryCollection>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** One node's connection. */
  connect(): Transport {
    return new InProcessTransport(this);
  }

  publish(topic: string, bytes: Uint8Array): void {
    const copy = bytes.slice();
    for (const listener of this.#listeners) {
      if (covers(listener.topic, topic)) setImmediate(() => this.#hear(listener, copy, topic));
    }
  }

  listen(listener: Listener): Subscription {
    this.#listeners.add(listener);
    return { close: async () => void this.#listeners.delete(listener) };
  }

  openInbox(name: string, bounds: InboxBounds): void {
    const open = this.#inboxes.get(name);
    if (open) open.bound(bounds);
    else this.#inboxes.set(name, new MemoryInbox(bounds, this.#clock));
  }

  /** @throws PetriError `not_found`. */
  inbox(name: string): MemoryInbox {
    const inbox = this.#inboxes.get(name);
    if (!inbox) throw notFound('inbox', name);
    return inbox;
  }

  inboxState(name: string): InboxState | undefined {
    return this.#inboxes.get(name)?.state();
  }

  collection(name: string, bounds: CollectionBounds): MemoryCollection {
    const known = this.#collections.get(name) ?? new MemoryCollection(bounds, this.#clock);
    this.#collections.set(name, known);
    return known;
  }

  #hear(listener: Listener, bytes: Uint8Array, topic: string): void {
    if (this.#listeners.has(listener)) listener.receive(bytes.slice(), topic);
  }
}

function covers(subscribed: string, topic: string): boolean {
  const prefix = subscribed.slice(0, -1);
  if (!subscribed.endsWith('/*')) return subscribed === topic;
  return topic.startsWith(prefix) && topic.length > prefix.length && !topic.includes('/', prefix.length);
}

class InProcessTransport implements Transport {
  readonly #hub: InProcessHub;
  readonly #subscriptions = new Set<Subscription>();
  #closed = false;

  constructor(hub: InProcessHub) {
    this.#hub = hub;
  }

  publish(topic: string, bytes: Uint8Array): void {
    this.#open().publish(topic, bytes);
  }

  async subscribe(topic: string, receive: (bytes: Uint8Array, topic: string) => void): Promise<Subscription> {
    return this.#own(this.#open().listen({ topic, receive }));
  }

  async openInbox(inbox: string, bounds: InboxBounds): Promise<void> {
    this.#open().openInbox(inbox, bounds);
  }

  async send(inbox: string, message: Outgoing): Promise<Receipt> {
    return this.#open().inbox(inbox).store(message);
  }

  async receive(inbox: string, receiver: Receiver): Promise<Subscription> {
    return this.#own(this.#open().inbox(inbox).receive(receiver));
  }

  async inboxState(inbox: string): Promise<InboxState | undefined> {
    return this.#open().inboxState(inbox);
  }

  async documents(collection: string, bounds: CollectionBounds = { ttlMs: 0 }): Promise<Documents> {
    const documents = this.#open().collection(collection, bounds);
    return {
      get: async (key) => this.#open() && documents.get(key),
      list: async (prefix = '') => this.#open() && documents.list(prefix),
      put: async (key, bytes, expected) => this.#open() && documents.put(key, bytes, expected),
      delete: async (key, expected) => this.#open() && documents.delete(key, expected),
      watch: async (prefix, changed) => this.#open() && this.#own(documents.watch(prefix, changed)),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): InProcessHub {
    if (this.#closed) throw unavailable('TRANSPORT_CLOSED', 'the connection to the archipelago is closed');
    return this.#hub;
  }

  #own(subscription: Subscription): Subscription {
    const owned = {
      close: async () => {
        this.#subscriptions.delete(owned);
        await subscription.close();
      },
    };
    this.#subscriptions.add(owned);
    return owned;
  }
}
