import type { ServiceClient } from '@petri/contracts';
import type { SandboxService } from '@petri/contracts/v1';
import {
  Batch,
  evaluationItem,
  type EvaluationItem,
  itemsRead,
  reloadItem,
  type ReloadItem,
  runItem,
  type RunItem,
  sandboxItem,
  type SandboxItem,
} from './batch.ts';
import { type EvaluationSpec, evaluationSpecInit } from './evaluation.ts';
import type { FitnessRecording } from './fitness.ts';
import { type Genome, genomeInit } from './modules.ts';
import type { Bounds, CallOptions } from './options.ts';
import {
  type Confinement,
  confinementInit,
  createInit,
  type CreateRequest,
  entryInit,
  reloadInit,
  type ReloadRequest,
  type RunEntry,
} from './requests.ts';
import { type RunSpec, runSpecInit } from './run.ts';

export type Client = ServiceClient<typeof SandboxService>;

/** A one-shot candidate: the caller's id for it (default ''), given back with its result, and its genome. */
export type Candidate = { id?: string; genome: Genome };

type Concurrency = {
  /** Items in flight at once. Default and cap: what the node's workers take. */
  maxConcurrency?: number;
};

export type BatchRunOptions = CallOptions &
  Concurrency & {
    /** What entries without a spec of their own run. */
    spec?: RunSpec;
    /** Leaves receipts out of results that completed. Default false. */
    omitReceipts?: boolean;
  };

/** Calls over many sandboxes or genomes. Failures stay with their item. */
export class Batches {
  protected readonly client: Client;
  protected readonly bounds: Bounds;

  constructor(client: Client, bounds: Bounds) {
    this.client = client;
    this.bounds = bounds;
  }

  /**
   * Evaluates genomes that are no sandboxes, at most 100,000: each is built, evaluated and forgotten. With the
   * isolation level REALM the candidates of one call share isolates.
   */
  evaluateSources(
    candidates: readonly Candidate[],
    spec: EvaluationSpec,
    options: CallOptions & Concurrency & Confinement = {},
  ): Batch<EvaluationItem> {
    const { maxConcurrency = 0 } = options;
    return new Batch(() => {
      const request = {
        candidates: candidates.map(({ id = '', genome }) => ({ id, genome: genomeInit(genome) })),
        spec: evaluationSpecInit(spec),
        ...confinementInit(options),
        maxConcurrency,
      };
      return itemsRead(this.client.evaluateSources(request, this.#unhurried(options)), evaluationItem);
    });
  }

  /**
   * Evaluates sandboxes, at most 100,000, and leaves their state as it was. With `record`, what each comes to is its
   * fitness there before it is answered.
   */
  batchEvaluate(
    ids: readonly string[],
    spec: EvaluationSpec,
    options: CallOptions & Concurrency & { record?: FitnessRecording } = {},
  ): Batch<EvaluationItem> {
    const { maxConcurrency = 0, record } = options;
    return new Batch(() => {
      const recording = record ? { record } : {};
      const request = { ids: [...ids], spec: evaluationSpecInit(spec), maxConcurrency, ...recording };
      return itemsRead(this.client.batchEvaluate(request, this.#unhurried(options)), evaluationItem);
    });
  }

  /** Runs many, at most 100,000. */
  batchRun(entries: readonly RunEntry[], options: BatchRunOptions = {}): Batch<RunItem> {
    const { spec, maxConcurrency = 0, omitReceipts = false } = options;
    return new Batch(() => {
      const shared = spec ? { spec: runSpecInit(spec) } : {};
      const request = { entries: entries.map(entryInit), ...shared, maxConcurrency, omitReceipts };
      return itemsRead(this.client.batchRun(request, this.#unhurried(options)), runItem);
    });
  }

  /** Creates many, at most 10,000; answers in the order of the requests. */
  async batchCreate(requests: readonly CreateRequest[], options?: CallOptions): Promise<SandboxItem[]> {
    const { items } = await this.client.batchCreate(
      { requests: requests.map(createInit) },
      this.bounds(options),
    );
    return items.map(sandboxItem);
  }

  /** Destroys many, at most 10,000; answers in the order of the ids. The options are those of `destroy`. */
  async batchDestroy(
    ids: readonly string[],
    options: CallOptions & { graceMs?: number; allowMissing?: boolean } = {},
  ): Promise<SandboxItem[]> {
    const { graceMs, allowMissing = false } = options;
    const request = { ids: [...ids], ...(graceMs === undefined ? {} : { graceMs }), allowMissing };
    const { items } = await this.client.batchDestroy(request, this.bounds(options, graceMs));
    return items.map(sandboxItem);
  }

  /** Reloads many, at most 10,000; answers in the order of the requests. */
  async batchReload(requests: readonly ReloadRequest[], options?: CallOptions): Promise<ReloadItem[]> {
    const { items } = await this.client.batchReload(
      { requests: requests.map(reloadInit) },
      this.bounds(options),
    );
    return items.map(reloadItem);
  }

  /** Streams last as long as their items do, so the connection's deadline is none of theirs. */
  #unhurried({ deadlineMs = Infinity, signal }: CallOptions) {
    return this.bounds({ deadlineMs, signal });
  }
}
