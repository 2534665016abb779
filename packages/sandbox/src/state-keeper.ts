import { unavailable } from '@petri/core';
import type { SandboxRecord } from './record.ts';
import type { SandboxStore } from './store.ts';
import type { Residence } from './supervisor/residence.ts';
import type { Supervisor } from './supervisor/supervisor.ts';

/** What of a sandbox is on its way to the disk: all of it is when `last` resolves, and until then the older state. */
export type Keeping = { durableStateJson: string; last: Promise<void> };

/**
 * Makes what runs commit durable, and takes back what could not be: runs go on while the disk is busy, but none is
 * answered before all that it built on is kept.
 */
export class StateKeeper {
  readonly #store: SandboxStore;
  readonly #supervisor: Supervisor;

  constructor(store: SandboxStore, supervisor: Supervisor) {
    this.#store = store;
    this.#supervisor = supervisor;
  }

  /** A run on what was built in `residence` commits a state, which is in force at once. */
  commit(record: SandboxRecord, residence: Residence, stateJson: string): void {
    const before = record.stateJson;
    record.commitState(stateJson);
    const write = this.#store.putState(record.identity.id, stateJson, record.revision);
    this.#keep(record, residence, before, write);
  }

  /** It is in ERROR now: the next node is to know. */
  stopped(record: SandboxRecord, residence: Residence): void {
    this.#keep(record, residence, record.stateJson, this.#store.put(record.stored()));
  }

  #keep(record: SandboxRecord, residence: Residence, before: string, write: Promise<void>): void {
    const { stateJson } = record;
    const keeping = record.keeping ?? { durableStateJson: before, last: write };
    const last = write.then(
      () => {
        keeping.durableStateJson = stateJson;
        if (keeping.last === last) record.keeping = undefined;
      },
      (thrown: unknown) => {
        if (record.residence === residence) this.#takeBack(record, keeping);
        throw thrown;
      },
    );
    last.catch(() => undefined); // the runs that wait for it are told
    keeping.last = last;
    record.keeping = keeping;
  }

  /** The state goes back to what is kept, and what was built of the other is dropped. */
  #takeBack(record: SandboxRecord, { durableStateJson }: Keeping): void {
    const { residence } = record;
    record.stateJson = durableStateJson;
    record.keeping = undefined;
    record.residence = record.newResidence();
    this.#supervisor.release(residence);
  }
}

/** A run built on a state that was taken back. */
export function stateTakenBack(id: string): Error {
  return unavailable(
    'STATE_NOT_KEPT',
    `an earlier state of sandbox "${id}", which this run built on, could not be stored: nothing was changed`,
  );
}
