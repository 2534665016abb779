import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type ArchipelagoPlan,
  ArchipelagoPlanSchema,
  type ArchipelagoSettings,
  ArchipelagoSettingsSchema,
  LeaseSchema,
} from '@petri/contracts/v1';
import { aborted, permissionDenied, PetriError } from '@petri/core';
import { type Documents, NATS_DENIED, type Subscription, type Transport } from '../transport/transport.ts';

const COLLECTION = 'coordination';
const SETTINGS = 'settings/now';
const PLAN = 'plan/now';
export const LEASE = 'lease/leader';
const TRIES = 50;

export type Settings = {
  settings: ArchipelagoSettings;
  /** 0 while nobody has set anything. */ revision: number;
};

/** What operators decided, and what the leader made of it, for all to read. */
export class Boards {
  readonly documents: Documents;

  private constructor(documents: Documents) {
    this.documents = documents;
  }

  static async open(transport: Transport): Promise<Boards> {
    return new Boards(await transport.documents(COLLECTION));
  }

  async settings(): Promise<Settings> {
    const found = await this.documents.get(SETTINGS);
    if (!found) return { settings: create(ArchipelagoSettingsSchema), revision: 0 };
    return { settings: fromBinary(ArchipelagoSettingsSchema, found.bytes), revision: found.revision };
  }

  /**
   * Changes a part of the settings, and gives their new revision.
   *
   * @throws PetriError `aborted` if they are not at the revision expected, where one is; `permission_denied` for who may
   * not change them, as a node under the permissions of NATS.
   */
  async set(part: Partial<ArchipelagoSettings>, expected: number | undefined): Promise<number> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { settings, revision } = await this.settings();
      if (expected !== undefined && expected !== revision) throw stale(expected, revision);
      const bytes = toBinary(ArchipelagoSettingsSchema, { ...settings, ...part });
      const written = await this.documents.put(SETTINGS, bytes, revision).catch(explained);
      if (written !== undefined) return written;
    }
    throw aborted('SETTINGS_CONTENDED', 'the settings change too often');
  }

  async plan(): Promise<{ plan: ArchipelagoPlan; revision: number } | undefined> {
    const found = await this.documents.get(PLAN);
    return found && { plan: fromBinary(ArchipelagoPlanSchema, found.bytes), revision: found.revision };
  }

  /** Whether the plan was at that revision, and now is this one. */
  async setPlan(plan: ArchipelagoPlan, expected: number): Promise<boolean> {
    return (await this.documents.put(PLAN, toBinary(ArchipelagoPlanSchema, plan), expected)) !== undefined;
  }

  /** Tells leaders to be that there is something to do: nobody leads, or the settings are others. */
  async watchDuties(due: () => void): Promise<Subscription> {
    const watches = await Promise.all([
      this.documents.watch('lease/', ({ bytes }) => {
        if (!bytes || fromBinary(LeaseSchema, bytes).holder === '') due();
      }),
      this.documents.watch('settings/', due),
    ]);
    return { close: async () => void (await Promise.all(watches.map((watch) => watch.close()))) };
  }

  watchPlan(changed: (plan: ArchipelagoPlan) => void): Promise<Subscription> {
    return this.documents.watch('plan/', ({ bytes }) => {
      if (bytes) changed(fromBinary(ArchipelagoPlanSchema, bytes));
    });
  }
}

function explained(thrown: unknown): never {
  if (!(thrown instanceof PetriError) || thrown.reason !== NATS_DENIED) throw thrown;
  const why = 'the permissions of NATS leave topology, policy and schedule to coordinators: ask one of them';
  throw permissionDenied('SETTINGS_DENIED', why, { cause: thrown });
}

function stale(expected: number, revision: number) {
  return aborted(
    'STALE_REVISION',
    `the settings are at revision ${revision}, not ${expected}; read them again`,
  );
}
