import type { Member } from '../membership/members.ts';
import { MAX_COUNT } from '../policy/settings.ts';
import type { Transport } from '../transport/transport.ts';

/** Of each inbox: more than islands take in while one evaluates, less than a flood. No migration pushes out its own. */
export const INBOX = { messages: 1_000, bytes: 128 * 1024 * 1024, perSender: MAX_COUNT };

/** The inboxes of all islands, which whoever leads makes for nodes that may not do so themselves. */
export class Inboxes {
  readonly #transport: Transport;
  /** What was made last, by island. */
  readonly #made = new Map<string, string>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes those that are missing, and gives them a new bound of time. A node that starts anew may have lost its own. */
  async keep(members: readonly Member[], ttlMs: number): Promise<void> {
    const present = members.filter(({ state }) => state !== 'GONE');
    for (const { beat } of present) {
      for (const { id } of beat.islands) {
        const wanted = `${beat.node}/${beat.incarnation}/${ttlMs}`;
        if (this.#made.get(id) === wanted) continue;
        await this.#transport.openInbox(id, { ...INBOX, ttlMs });
        this.#made.set(id, wanted);
      }
    }
  }
}
