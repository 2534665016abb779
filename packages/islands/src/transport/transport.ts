/** What connects the nodes of an archipelago. Bytes given belong to the transport; bytes received, to the receiver. */
export interface Transport extends AsyncDisposable {
  /** To whoever listens to the topic (ids joined by "/") at this moment, the sender included. May be lost. */
  publish(topic: string, bytes: Uint8Array): void;
  /**
   * To a topic or, if it ends in "/*", to all that have one id in that place. Resolves once nothing that is published from
   * then on is missed.
   */
  subscribe(topic: string, receive: (bytes: Uint8Array, topic: string) => void): Promise<Subscription>;
  /**
   * Makes an inbox, or takes over its bounds if there is one.
   *
   * @throws PetriError `permission_denied` for who may not, as a node under the permissions of NATS.
   */
  openInbox(inbox: string, bounds: InboxBounds): Promise<void>;
  /**
   * Stores a message durably; one with the same id within the inbox's window is stored once.
   *
   * @throws PetriError `not_found` if there is no such inbox, `unavailable` if it cannot be reached, `invalid_argument`,
   * reason `MESSAGE_TOO_LARGE`; `failed_precondition` or `permission_denied` where asking again does not help.
   */
  send(inbox: string, message: Outgoing): Promise<Receipt>;
  /**
   * Delivers what an inbox holds, oldest first, one at a time, each until it is settled. An inbox has one receiver: of
   * several, each gets some of the messages.
   */
  receive(inbox: string, receiver: Receiver): Promise<Subscription>;
  /** What an inbox holds now; undefined if there is none. */
  inboxState(inbox: string): Promise<InboxState | undefined>;
  /** Documents under compare-and-set. Who may not make the collection waits until somebody has. */
  documents(collection: string, bounds?: CollectionBounds): Promise<Documents>;
  /** Idempotent. Ends every subscription; calls under way may be refused as `unavailable`. */
  close(): Promise<void>;
}

/** Reason of an error: headers and payload together are more than the server takes. */
export const MESSAGE_TOO_LARGE = 'MESSAGE_TOO_LARGE';
/** Reason of an error: the server did not answer, or not in time. Asking again may help. */
export const NATS_UNAVAILABLE = 'NATS_UNAVAILABLE';
/** Reason of an error: the server does not let this one do it. */
export const NATS_DENIED = 'NATS_DENIED';

export interface Documents {
  get(key: string): Promise<Document | undefined>;
  /** All whose key begins with the prefix, which is empty or ends in "/". */
  list(prefix?: string): Promise<Document[]>;
  /** The new revision; undefined if the document's revision is not `expected` (0: there is none). */
  put(key: string, bytes: Uint8Array, expected: number): Promise<number | undefined>;
  /** Whether it was at that revision, and now is gone. */
  delete(key: string, expected: number): Promise<boolean>;
  /** Told of changes from now on, in order for each key. Documents that expire may do so silently: leases are polled. */
  watch(prefix: string, changed: (change: Change) => void): Promise<Subscription>;
}

/** Ends what was subscribed to; nothing is received after it resolves. Idempotent. */
export type Subscription = { close(): Promise<void> };

/** Keys are ids joined by "/". Revisions grow with each change. */
export type Document = { key: string; bytes: Uint8Array; revision: number };
export type Change = { key: string; bytes: Uint8Array | undefined; revision: number };
export type CollectionBounds = {
  /** Documents that were not written for so long are dropped. 0: never. */ ttlMs: number;
};

export type InboxBounds = {
  /** Messages held at once; the oldest gives way to a new one. */
  messages: number;
  /** Of all of them together, likewise. */
  bytes: number;
  /** Of them, from one sender. */
  perSender: number;
  ttlMs: number;
};
/**
 * `id` has any characters but blanks and control characters. `sender` keeps one edge from
 * filling the inbox of another; under the permissions of NATS, nobody sends in the name of others.
 */
export type Outgoing = { id: string; sender: string; bytes: Uint8Array };
export type Receipt = { sequence: number; duplicate: boolean };
/** `first` is the sequence of the oldest message held or, if none is, of the next. */
export type InboxState = { first: number; last: number; held: number };

export type Receiver = {
  /**
   * Settles a message when it resolves, done with it whatever it was. If it rejects, the message is delivered again, as
   * after a crash.
   */
  deliver(delivery: Delivery): Promise<void>;
  /** So many messages were pushed out or expired before they could be delivered. */
  dropped(count: number): void;
  /** Told of what keeps messages from being delivered or settled. It is tried again, after longer and longer pauses. */
  failed(thrown: unknown): void;
};
export type Delivery = Outgoing & {
  sequence: number;
  /** Counts from 1. */
  attempt: number;
  /** How long the message is in the inbox, in milliseconds, by no other clock than the inbox's own; never too much. */
  ageMs: number;
  /** Aborted when nothing more is to be received; a delivery that waits for something is to fail then. */
  signal: AbortSignal;
};
