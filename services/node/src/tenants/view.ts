import { PetriError } from '@petri/core';
import {
  type CallOptions,
  type CandidateOptions,
  type CapturedSandbox,
  type CreateSpec,
  DEFAULT_LIMITS,
  type Evaluation,
  type EvaluationSpec,
  ForeignSandbox,
  type Genome,
  type ImportOptions,
  type LimitsChange,
  type ListQuery,
  type ReloadSpec,
  type RollbackSpec,
  type RunResult,
  type RunSpec,
  type SandboxArchive,
  type SandboxInfo,
  type SandboxRuntime,
  type SecurityProfile,
} from '@petri/sandbox';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';

type Collaborators = {
  runtime: SandboxRuntime;
  accounts: Accounts;
  tenant: string;
  /** Whether the sandboxes of all tenants are there for the caller. */
  all: boolean;
  /** Told the first time something is refused to the caller because of who it is, and of which sandbox. */
  onRefused: (error: PetriError, sandbox: string) => void;
};

/**
 * The runtime as one tenant sees it during one call: what others have is not there, and what it may use is bounded. The
 * one way from a route to a sandbox.
 */
export class TenantView {
  readonly tenant: string;
  readonly #runtime: SandboxRuntime;
  readonly #accounts: Accounts;
  readonly #account: Account;
  readonly #scope: { tenant?: string };
  readonly #onRefused: (error: PetriError, sandbox: string) => void;
  #refused = false;

  constructor({ runtime, accounts, tenant, all, onRefused }: Collaborators) {
    this.tenant = tenant;
    this.#runtime = runtime;
    this.#accounts = accounts;
    this.#account = accounts.of(tenant);
    this.#scope = all ? {} : { tenant };
    this.#onRefused = onRefused;
  }

  /** Whose events the caller may see; undefined for all. */
  get scope(): string | undefined {
    return this.#scope.tenant;
  }

  /**
   * How many items of a batch may be under way: a request may ask for less than keeps every worker busy and less than
   * the quota leaves, never for more.
   *
   * @throws PetriError resource_exhausted, if the quota leaves nothing
   */
  window(wanted = 0): number {
    const most = Math.min(
      this.#runtime.concurrency,
      this.#watched('', () => this.#account.headroom),
    );
    return Math.max(1, Math.min(wanted || most, most));
  }

  create(spec: CreateSpec, options: CallOptions): Promise<SandboxInfo> {
    return this.#guests(spec.id ?? '', () => {
      this.#account.admitSandboxes(1, memoryOf(spec));
      return this.#runtime.create({ ...spec, tenant: this.tenant }, options);
    });
  }

  /** What an administrator brings back stays whose it was. */
  import(archive: SandboxArchive, options: Omit<ImportOptions, 'tenant'>): Promise<SandboxInfo> {
    const tenant = this.#heirOf(archive);
    return this.#guests(options.id ?? archive.id, () => {
      this.#accounts.of(tenant).admitSandboxes(1, memoryOf(archive));
      return this.#runtime.import(archive, { ...options, tenant });
    });
  }

  /** Whether all of these may be imported, before any is. @throws PetriError resource_exhausted */
  admit(archives: readonly Pick<SandboxArchive, 'tenant' | 'limits'>[]): void {
    this.#watched('', () => {
      for (const [tenant, theirs] of Map.groupBy(archives, (archive) => this.#heirOf(archive))) {
        const memoryBytes = theirs.reduce((sum, archive) => sum + memoryOf(archive), 0);
        this.#accounts.of(tenant).admitSandboxes(theirs.length, memoryBytes);
      }
    });
  }

  capture(ids: Iterable<string>, tenant: string): CapturedSandbox[] {
    const mayUse = this.scope === undefined || this.scope === tenant;
    return mayUse ? this.#runtime.capture(ids, { tenant }) : [];
  }

  get(id: string): SandboxInfo {
    return this.#watched(id, () => this.#runtime.get(id, this.#scope));
  }

  list(query: ListQuery) {
    return this.#runtime.list({ ...query, ...this.#scope });
  }

  updateLimits(id: string, change: LimitsChange): Promise<SandboxInfo> {
    return this.#waited(id, () => {
      const { memoryBytes } = change;
      if (memoryBytes !== undefined) {
        const { tenant, limits } = this.#runtime.get(id, this.#scope);
        this.#accounts.of(tenant).admitMemory(memoryBytes - limits.memoryBytes);
      }
      return this.#runtime.updateLimits(id, change, this.#scope);
    });
  }

  restart(id: string, options: { resetState: boolean }): Promise<SandboxInfo> {
    return this.#guests(id, () => this.#runtime.restart(id, { ...options, ...this.#scope }));
  }

  destroy(id: string, options: { graceMs?: number }) {
    return this.#waited(id, () => this.#runtime.destroy(id, { ...options, ...this.#scope }));
  }

  reload(id: string, spec: ReloadSpec, options: CallOptions) {
    return this.#guests(id, () => this.#runtime.reload(id, spec, { ...options, ...this.#scope }));
  }

  rollback(id: string, spec: RollbackSpec, options: CallOptions) {
    return this.#guests(id, () => this.#runtime.rollback(id, spec, { ...options, ...this.#scope }));
  }

  moduleVersion(id: string, module: string, version: number | undefined) {
    return this.#watched(id, () => this.#runtime.moduleVersion(id, module, version, this.#scope));
  }

  moduleHistory(id: string, module: string) {
    return this.#watched(id, () => this.#runtime.moduleHistory(id, module, this.#scope));
  }

  export(id: string): SandboxArchive {
    return this.#watched(id, () => this.#runtime.export(id, this.#scope));
  }

  usage(id: string) {
    return this.#waited(id, () => this.#runtime.usage(id, this.#scope));
  }

  run(id: string, spec: RunSpec, options: CallOptions): Promise<RunResult> {
    return this.#guests(id, () => this.#runtime.run(id, spec, this.#scoped(options)));
  }

  evaluate(id: string, spec: EvaluationSpec, options: CallOptions): Promise<Evaluation> {
    return this.#guests(id, () => this.#runtime.evaluate(id, spec, this.#scoped(options)));
  }

  evaluateGenome(
    genome: Genome,
    spec: EvaluationSpec,
    group: string,
    candidate: CandidateOptions,
    options: CallOptions,
  ): Promise<Evaluation> {
    const { tenant } = this;
    return this.#guests('', () =>
      this.#runtime.evaluateGenome(genome, spec, group, candidate, { ...options, tenant }),
    );
  }

  scan(genome: Genome, profile: SecurityProfile, options: CallOptions) {
    const { tenant } = this;
    return this.#guests('', () => this.#runtime.scan(genome, profile, { ...options, tenant }));
  }

  #scoped({ signal, patient }: CallOptions): CallOptions {
    return { signal, patient, tenant: this.scope };
  }

  #heirOf({ tenant }: Pick<SandboxArchive, 'tenant'>): string {
    return this.scope === undefined && tenant !== '' ? tenant : this.tenant;
  }

  /** Work of guests: it counts as in flight until it is over. */
  async #guests<T>(id: string, work: () => Promise<T>): Promise<T> {
    const account = this.#account;
    let entered = false;
    try {
      account.enter();
      entered = true;
      return await work();
    } catch (thrown) {
      throw this.#seen(thrown, id);
    } finally {
      if (entered) account.leave();
    }
  }

  async #waited<T>(id: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw this.#seen(thrown, id);
    }
  }

  #watched<T>(id: string, work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw this.#seen(thrown, id);
    }
  }

  #seen(thrown: unknown, id: string): unknown {
    if (this.#refused || !(thrown instanceof PetriError)) return thrown;
    if (!thrown.reason.startsWith('QUOTA_') && !(thrown.cause instanceof ForeignSandbox)) return thrown;
    this.#refused = true;
    this.#onRefused(thrown, id);
    return thrown;
  }
}

function memoryOf({ limits }: { limits?: LimitsChange }): number {
  return limits?.memoryBytes ?? DEFAULT_LIMITS.memoryBytes;
}
