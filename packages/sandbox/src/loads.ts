import { failedPrecondition, invalid, aborted } from '@petri/core';
import { loadFailure } from './answers.ts';
import { MAX_TIMEOUT_MS } from './bounds.ts';
import type { Limits } from './limits.ts';
import type { LoadTask } from './protocol.ts';
import type { SandboxRecord, WorkerLost } from './record.ts';
import type { Residence } from './supervisor/residence.ts';
import type { SandboxStore } from './store.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import type { CallOptions } from './api/call.ts';
import type { SecurityProfile } from './api/sandbox.ts';
import { type Draft, versionsOf } from './versions.ts';

const DEFAULT_LOAD_MS = 30_000;

/** How much code each profile takes, in bytes; LOW takes what the sandbox's limit says. */
const PROFILE_BYTES: Record<SecurityProfile, number> = {
  HIGH: 1024 * 1024,
  MEDIUM: 5 * 1024 * 1024,
  LOW: Number.POSITIVE_INFINITY,
};

/** Refuses what needs no worker to be refused. @throws PetriError invalid_argument, with every violation */
export function checkDraft({ modules }: Draft, limits: Limits, profile: SecurityProfile): void {
  const violations: { field: string; description: string }[] = [];
  if (modules.size > limits.maxModules)
    violations.push({
      field: 'modules',
      description: `are ${modules.size}, the limit is ${limits.maxModules}`,
    });
  const bytes = [...modules.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const most = Math.min(limits.sourceBytes, PROFILE_BYTES[profile]);
  if (bytes > most) {
    const description = `have ${bytes} bytes together; the limit is ${most} (source_bytes, security profile ${profile})`;
    violations.push({ field: 'modules', description });
  }
  for (const [name, { code }] of modules)
    if (profile === 'HIGH' && code.language === 'wasm')
      violations.push({
        field: 'modules',
        description: `"${name}" is WebAssembly, which profile HIGH refuses`,
      });
  if (violations.length > 0) throw invalid(violations);
}

/** A state handler is code, too. @throws PetriError invalid_argument */
function checkHandler({ stateHandler = '' }: LoadOptions, { sourceBytes }: Limits): void {
  const bytes = Buffer.byteLength(stateHandler);
  if (bytes > sourceBytes)
    throw invalid([
      { field: 'state_handler', description: `has ${bytes} bytes, the limit is ${sourceBytes}` },
    ]);
}

export type LoadOptions = { stateHandler?: string; expectedRevision?: number; loadTimeoutMs?: number };

/** Builds code beside what runs and puts it in force; on any failure nothing has changed. */
export class Loads {
  readonly #supervisor: Supervisor;
  readonly #now: () => number;
  readonly #lost: WorkerLost;
  readonly #store: SandboxStore | undefined;

  constructor(supervisor: Supervisor, now: () => number, lost: WorkerLost, store: SandboxStore | undefined) {
    this.#supervisor = supervisor;
    this.#now = now;
    this.#lost = lost;
    this.#store = store;
  }

  /**
   * Replaces the code of a living sandbox, after the runs that came before. `makeDraft` is asked then, so that it sees what
   * changes before it did.
   *
   * @throws PetriError invalid_argument, aborted, failed_precondition
   */
  reload(
    record: SandboxRecord,
    makeDraft: () => Draft,
    options: LoadOptions,
    call: CallOptions,
  ): Promise<'RELOADED' | 'NO_CHANGE'> {
    const quick = makeDraft();
    checkDraft(quick, record.limits, record.identity.securityProfile);
    checkHandler(options, record.limits);
    return record.gate.exclusive(async () => {
      const draft = makeDraft();
      const { expectedRevision, stateHandler } = options;
      if (expectedRevision !== undefined && expectedRevision !== record.revision)
        throw aborted(
          'REVISION_CHANGED',
          `the sandbox is at revision ${record.revision}, not ${expectedRevision}`,
          {
            metadata: { revision: String(record.revision) },
          },
        );
      if (!draft.changed && record.status !== 'ERROR') return 'NO_CHANGE';
      if (record.destroying !== undefined)
        throw failedPrecondition('SANDBOX_STOPPING', `sandbox "${record.identity.id}" is being destroyed`);
      const migrate = {
        handler: stateHandler ?? '',
        from: versionsOf(record.modules.current),
        to: versionsOf(draft),
      };
      const { status, error, updatedAtMs } = record;
      record.become('RELOADING', this.#now(), error);
      try {
        await this.#load(record, draft, options, call, migrate);
      } catch (thrown) {
        // It may have been stopped for the workers that it took down.
        if (record.status === 'RELOADING') record.become(status, updatedAtMs, error);
        throw thrown;
      }
      // Another chance for what did not run any more; none for what did.
      if (status === 'ERROR') record.forgive();
      return 'RELOADED';
    });
  }

  /** Puts a sandbox's first code in force; also what it has, after a restart. */
  async first(record: SandboxRecord, draft: Draft, options: LoadOptions, call: CallOptions): Promise<void> {
    record.become('COMPILING', this.#now());
    await this.#load(record, draft, options, call, undefined, () => record.become('STARTING', this.#now()));
  }

  async #load(
    record: SandboxRecord,
    draft: Draft,
    options: LoadOptions,
    { signal }: CallOptions,
    migrate: LoadTask['migrate'],
    starting?: () => void,
  ): Promise<void> {
    const residence = record.newResidence();
    const wallMs = Math.min(options.loadTimeoutMs ?? DEFAULT_LOAD_MS, MAX_TIMEOUT_MS);
    const task = { kind: 'load' as const, wallMs };
    const result = await this.#supervisor.submit(
      {
        task: migrate === undefined ? task : { ...task, migrate },
        residence,
        near: record.residence,
        plan: () => record.planFor(draft),
        cpuMs: record.limits.cpuTimeMs,
        memoryBytes: record.limits.memoryBytes,
        ...(starting === undefined ? {} : { starting }),
      },
      signal,
    );
    record.cpuTotalUs += result.answer.c;
    if (result.workerLost) this.#lost(record, result.answer.r);
    if (result.answer.o !== 0) {
      this.#supervisor.release(residence);
      throw loadFailure(`the code of sandbox "${record.identity.id}" could not be loaded`, result);
    }
    const modules = record.modules.copy();
    modules.commit(draft, record.limits.versionsKept);
    const { s: stateJson = record.stateJson, scan } = result.answer;
    const nowMs = this.#now();
    await this.#keep(record, residence, { modules, stateJson, scan }, nowMs);
    const old = record.residence;
    record.commitCode(modules, stateJson, residence, scan, nowMs);
    this.#supervisor.release(old);
  }

  /** Before it is in force: code that cannot be kept is not. */
  async #keep(
    record: SandboxRecord,
    residence: Residence,
    { modules, stateJson, scan }: Pick<SandboxRecord, 'modules' | 'stateJson' | 'scan'>,
    updatedAtMs: number,
  ): Promise<void> {
    if (this.#store === undefined) return;
    const { error: _, scan: __, ...stored } = record.stored();
    const { entry, histories } = modules;
    const revision = record.revision + 1;
    try {
      await this.#store.put({
        ...stored,
        entry,
        modules: histories,
        stateJson,
        revision,
        updatedAtMs,
        ...(scan === undefined ? {} : { scan }),
      });
    } catch (thrown) {
      this.#supervisor.release(residence);
      throw thrown;
    }
  }
}
