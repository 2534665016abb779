import { cancelled } from '@petri/core';
import { guestError } from './answers.ts';
import type { Catalog } from './catalog.ts';
import type { GuestError } from './outcome.ts';
import type { SandboxRecord } from './record.ts';
import type { SandboxStore } from './store.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import type { SandboxInfo } from './api/sandbox.ts';

const DESTROYED = 'the sandbox is being destroyed';

/** How sandboxes are destroyed: their `stop()` is run, what waits is refused, and what was kept goes. */
export class Endings {
  readonly #supervisor: Supervisor;
  readonly #catalog: Catalog;
  readonly #store: SandboxStore | undefined;
  readonly #now: () => number;

  constructor(supervisor: Supervisor, catalog: Catalog, store: SandboxStore | undefined, now: () => number) {
    this.#supervisor = supervisor;
    this.#catalog = catalog;
    this.#store = store;
    this.#now = now;
  }

  /** Nothing of the sandbox is left afterwards, in workers or in the store. */
  async end(
    record: SandboxRecord,
    graceMs: number,
  ): Promise<{ sandbox: SandboxInfo; stopError?: GuestError }> {
    const { status, error, updatedAtMs } = record;
    record.become('STOPPING', this.#now());
    record.refuseWaiting(cancelled({ reason: 'SANDBOX_DESTROYED' }));
    const until = this.#now() + graceMs;
    const hurry = setTimeout(() => this.#supervisor.cancelResidence(record.residence, DESTROYED), graceMs);
    let stopError: GuestError | undefined;
    try {
      await record.gate.exclusive(async () => {
        if (record.residence.lane !== undefined) stopError = await this.#stopGuest(record, until);
        await this.#store?.remove(record.identity.id);
      });
    } catch (thrown) {
      // What is still kept would be back with the next node: it has to stay until somebody can destroy it.
      record.become(status, updatedAtMs, error);
      record.destroying = undefined;
      record.residence.forget();
      throw thrown;
    } finally {
      clearTimeout(hurry);
    }
    this.#supervisor.release(record.residence);
    this.#catalog.remove(record);
    record.become('STOPPED', this.#now());
    const sandbox = record.info();
    return stopError === undefined ? { sandbox } : { sandbox, stopError };
  }

  async #stopGuest(record: SandboxRecord, until: number): Promise<GuestError | undefined> {
    const wallMs = Math.max(50, until - this.#now());
    const { residence, limits } = record;
    const { answer } = await this.#supervisor.submit({
      task: { kind: 'stop', wallMs },
      residence,
      plan: () => record.plan(),
      cpuMs: limits.cpuTimeMs,
      memoryBytes: limits.memoryBytes,
    });
    return answer.o === 0 ? undefined : guestError(answer);
  }
}
