import { fromRpcStatus, type Json } from '@petri/contracts';
import { Archive } from './archive.ts';
import { type Reload, reload } from './batch.ts';
import { Batches } from './batches.ts';
import { GuestFailure } from './errors.ts';
import { evaluation, type Evaluation, type EvaluationSpec, evaluationSpecInit } from './evaluation.ts';
import type { FitnessRecording } from './fitness.ts';
import {
  type Code,
  codeOf,
  type Genome,
  genomeInit,
  moduleHistory,
  type ModuleHistory,
  moduleVersion,
  type ModuleVersion,
} from './modules.ts';
import type { CallOptions, Repeatable } from './options.ts';
import { present } from './present.ts';
import {
  type Confinement,
  confinementInit,
  createInit,
  type CreateRequest,
  type Filter,
  filterInit,
  type Modules,
  reloadInit,
  type ReloadOptions,
  type Transition,
  transitionInit,
} from './requests.ts';
import {
  type GuestError,
  guestError,
  type RunLimits,
  runResult,
  type RunResult,
  runSpecInit,
} from './run.ts';
import { type Limits, resourceUsage, type ResourceUsage, sandbox, type Sandbox } from './sandbox.ts';
import { scanReport, type ScanReport } from './scan.ts';

type Mutation = CallOptions & Repeatable;

/**
 * The sandboxes of a node. What a guest does wrong is an answer (its outcome); calls reject with a PetriError, which
 * is the caller's fault or the system's: `invalid_argument` with every violation, `not_found` for an unknown id,
 * `resource_exhausted`, `deadline_exceeded`, `cancelled`, `unavailable`.
 */
export class Sandboxes extends Batches {
  /**
   * Creates a sandbox, and loads its genome if there is one.
   *
   * @throws PetriError `already_exists`, with the record that `existingSandbox` gets out of it; `failed_precondition`,
   *   with the guest's error, if the genome cannot be loaded: nothing is created then. What the security scan refused is in
   *   `violations`: rule as `reason`, "module:line:column" as `field`.
   */
  async create(request: CreateRequest = {}, options?: CallOptions): Promise<Sandbox> {
    const bounds = this.bounds(options, request.loadTimeoutMs);
    return sandbox(present((await this.client.createSandbox(createInit(request), bounds)).sandbox));
  }

  async get(id: string, options?: CallOptions): Promise<Sandbox> {
    return sandbox(present((await this.client.getSandbox({ id }, this.bounds(options))).sandbox));
  }

  /** Sandboxes in order of their ids; pages are fetched as they are reached. */
  async *list(filter: Filter = {}, options?: CallOptions): AsyncGenerator<Sandbox, void, void> {
    const request = filterInit(filter);
    for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
      const page = await this.client.listSandboxes({ ...request, pageToken }, this.bounds(options));
      yield* page.sandboxes.map(sandbox);
      pageToken = page.nextPageToken || undefined;
    }
  }

  /** Changes limits of a living sandbox; those not given stay. Runs in flight keep the limits they started with. */
  async updateLimits(id: string, limits: Partial<Limits>, options: Mutation = {}): Promise<Sandbox> {
    const request = { id, limits, requestId: options.requestId ?? '' };
    return sandbox(present((await this.client.updateLimits(request, this.bounds(options))).sandbox));
  }

  /** Rebuilds a sandbox from its code and committed state; revives one in ERROR. `resetState` sets it back to {}. */
  async restart(id: string, options: Mutation & { resetState?: boolean } = {}): Promise<Sandbox> {
    const { resetState = false, requestId = '' } = options;
    const answer = await this.client.restartSandbox({ id, resetState, requestId }, this.bounds(options));
    return sandbox(present(answer.sandbox));
  }

  /**
   * Destroys a sandbox. `graceMs` is how long the run in flight and `stop()` may still take, default 5,000;
   * `allowMissing` forgives an unknown id, and answers undefined.
   */
  async destroy(
    id: string,
    options: Mutation & { graceMs?: number; allowMissing?: boolean } = {},
  ): Promise<{ sandbox: Sandbox; stopError?: GuestError } | undefined> {
    const { graceMs, allowMissing = false, requestId = '' } = options;
    const request = { id, ...(graceMs === undefined ? {} : { graceMs }), allowMissing, requestId };
    const answer = await this.client.destroySandbox(request, this.bounds(options, graceMs));
    if (!answer.sandbox) return undefined;
    const { stopError } = answer;
    return { sandbox: sandbox(answer.sandbox), ...(stopError ? { stopError: guestError(stopError) } : {}) };
  }

  /**
   * Loads modules over the running genome, all of them or none, its state preserved. Modules not named stay.
   *
   * @throws PetriError `failed_precondition`, with the guest's error, if the code or the migration fails: nothing has
   *   changed then; `aborted` if the sandbox is not at `expectedRevision`.
   */
  async reload(id: string, modules: Modules, options: CallOptions & ReloadOptions = {}): Promise<Reload> {
    const request = reloadInit({ ...options, id, modules });
    return reload(await this.client.reloadSource(request, this.bounds(options, options.loadTimeoutMs)));
  }

  /** As `reload`, for one WebAssembly module; `module` is its name, default "main". */
  async reloadBinary(
    id: string,
    binary: Uint8Array,
    options: CallOptions & Transition & { module?: string } = {},
  ): Promise<Reload> {
    const request = { id, module: options.module ?? '', binary, ...transitionInit(options) };
    return reload(await this.client.reloadBinary(request, this.bounds(options, options.loadTimeoutMs)));
  }

  /**
   * Makes a kept version of a module the active one, as a reload does. Default: the entry module, and the newest
   * version older than the active one. @throws PetriError `not_found` if the version is not kept.
   */
  async rollback(
    id: string,
    options: CallOptions & Transition & { module?: string; version?: number } = {},
  ): Promise<Reload> {
    const { module = '', version } = options;
    const request = { id, module, ...(version === undefined ? {} : { version }), ...transitionInit(options) };
    return reload(await this.client.rollbackModule(request, this.bounds(options, options.loadTimeoutMs)));
  }

  /** The kept versions of a module, newest first. Default: the entry module. */
  async versions(id: string, options: CallOptions & { module?: string } = {}): Promise<ModuleHistory> {
    const { module = '' } = options;
    return moduleHistory(
      present((await this.client.listModuleVersions({ id, module }, this.bounds(options))).history),
    );
  }

  /** One version of a module, with its code. Default: the active one of the entry module. */
  async version(
    id: string,
    options: CallOptions & { module?: string; version?: number } = {},
  ): Promise<ModuleVersion & { code: Code }> {
    const { module = '', version } = options;
    const request = { id, module, ...(version === undefined ? {} : { version }) };
    const found = present((await this.client.getModuleVersion(request, this.bounds(options))).version);
    return { ...moduleVersion(found), code: codeOf(present(found.code)) };
  }

  /** The whole sandbox: code, versions, state, metadata. */
  async export(id: string, options?: CallOptions): Promise<Archive> {
    return new Archive(present((await this.client.exportSandbox({ id }, this.bounds(options))).archive));
  }

  /** A sandbox from an archive; `id` defaults to the archive's. @throws PetriError `already_exists`, as `create` does. */
  async import(archive: Archive, options: Mutation & { id?: string } = {}): Promise<Sandbox> {
    const { id = '', requestId = '' } = options;
    const answer = await this.client.importSandbox(
      { archive: archive.message, id, requestId },
      this.bounds(options),
    );
    return sandbox(present(answer.sandbox));
  }

  /**
   * What the security scan says of a genome, which is neither loaded nor run. `securityProfile` defaults to MEDIUM.
   *
   * @throws PetriError `failed_precondition` if it does not compile
   */
  async scan(
    genome: Genome,
    options: CallOptions & Pick<Confinement, 'securityProfile'> = {},
  ): Promise<ScanReport> {
    const { securityProfile } = confinementInit(options);
    const request = { genome: genomeInit(genome), securityProfile };
    return scanReport(present((await this.client.scanSource(request, this.bounds(options))).report));
  }

  /** Calls an exported function ("default" for the default export) with JSON arguments. */
  async run(
    id: string,
    name: string,
    args: readonly unknown[] = [],
    options: CallOptions & RunLimits & { module?: string } = {},
  ): Promise<RunResult> {
    const spec = runSpecInit({ ...options, function: name, arguments: args });
    const answer = await this.client.run({ id, spec }, this.bounds(options, options.timeoutMs));
    return runResult(present(answer.result));
  }

  /** Runs a JavaScript expression in which the entry module's exports are in scope. */
  async runExpression(
    id: string,
    expression: string,
    options: CallOptions & RunLimits = {},
  ): Promise<RunResult> {
    const spec = runSpecInit({ ...options, expression });
    const answer = await this.client.run({ id, spec }, this.bounds(options, options.timeoutMs));
    return runResult(present(answer.result));
  }

  /** As `run`, for the value alone. @throws GuestFailure, with outcome and receipt, if the guest did not complete. */
  async call(id: string, name: string, ...args: readonly unknown[]): Promise<Json> {
    const result = await this.run(id, name, args);
    if (result.outcome === 'COMPLETED') return result.value;
    throw new GuestFailure(result);
  }

  /**
   * Evaluates a sandbox with a suite or a fitness program, and leaves its state as it was. With `record`, what it comes
   * to is its fitness there.
   *
   * @throws PetriError also if it was evaluated, but could not be recorded
   */
  async evaluate(
    id: string,
    spec: EvaluationSpec,
    options: CallOptions & { record?: FitnessRecording } = {},
  ): Promise<Evaluation> {
    const bounds = this.bounds(options, spec.timeoutMs);
    const { record } = options;
    const request = { id, spec: evaluationSpecInit(spec), ...(record ? { record } : {}) };
    const answer = await this.client.evaluate(request, bounds);
    if (answer.recordError) throw fromRpcStatus(answer.recordError);
    return evaluation(present(answer.evaluation));
  }

  /** What a sandbox uses now. */
  async usage(id: string, options?: CallOptions): Promise<ResourceUsage> {
    return resourceUsage(present((await this.client.getResourceUsage({ id }, this.bounds(options))).usage));
  }
}
