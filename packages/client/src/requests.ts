import type { MessageInitShape } from '@bufbuild/protobuf';
import { toValue } from '@petri/contracts';
import {
  type BatchRunEntrySchema,
  type CreateSandboxRequestSchema,
  IsolationLevel as WireIsolationLevel,
  type ListSandboxesRequestSchema,
  type ReloadSourceRequestSchema,
  SandboxStatus as WireSandboxStatus,
  SecurityProfile as WireSecurityProfile,
} from '@petri/contracts/v1';
import type { IsolationLevel, SandboxStatus, SecurityProfile } from './enums.ts';
import { type Genome, genomeInit, type Module, moduleInit } from './modules.ts';
import type { Repeatable } from './options.ts';
import { type RunSpec, runSpecInit } from './run.ts';
import type { Limits } from './sandbox.ts';
import { timeOf } from './time.ts';

/** How code is kept apart, and within what it runs. */
export type Confinement = {
  /** Default ISOLATE. */
  isolation?: IsolationLevel;
  /** Default MEDIUM. */
  securityProfile?: SecurityProfile;
  /** Those not given are the node's. */
  limits?: Partial<Limits>;
};

export type CreateRequest = Confinement &
  Repeatable & {
    /** 1 to 128 characters from A-Z a-z 0-9 . _ : -, starting with a letter or digit. Default: generated. */
    id?: string;
    /** Default: none; the sandbox waits for its first reload. */
    genome?: Genome;
    /** Label of a population, with the form of an id; required for the isolation level REALM. */
    population?: string;
    /** At most 32; keys of 1 to 63 characters, values of at most 256. */
    labels?: Record<string, string>;
    /** First state, JSON. Default {}. */
    state?: unknown;
    /** Wall time of loading. Default 30,000. */
    loadTimeoutMs?: number;
  };

export type Filter = {
  statuses?: readonly SandboxStatus[];
  population?: string;
  /** All of them. */
  labels?: Record<string, string>;
  minAgeMs?: number;
  maxAgeMs?: number;
  /** Sandboxes fetched at once. Default 100, at most 1,000. */
  pageSize?: number;
};

/** How code and state move from one version to another. */
export type Transition = Repeatable & {
  /** JavaScript expression of `(state, {from, to}) => state`. Default: the entry's export `migrate`, or none. */
  stateHandler?: string;
  /** Refuses with `aborted` unless the sandbox is at this revision. */
  expectedRevision?: number;
  /** Wall time of loading and migrating. Default 30,000. */
  loadTimeoutMs?: number;
};

export type ReloadOptions = Transition & {
  /** Names of modules to remove. */
  remove?: readonly string[];
  /** Name of the new entry module. Default: the present one. */
  entry?: string;
};

/** JavaScript source of the module "main", or modules to add or replace. */
export type Modules = string | Module | readonly Module[];

export type ReloadRequest = ReloadOptions & { id: string; modules: Modules };

/** A run of a batch; without a target it is the batch's. */
export type RunEntry = { id: string; spec?: RunSpec };

export function createInit(request: CreateRequest): MessageInitShape<typeof CreateSandboxRequestSchema> {
  const { id = '', genome, population = '', labels = {}, state, loadTimeoutMs, requestId = '' } = request;
  return {
    id,
    ...(genome === undefined ? {} : { genome: genomeInit(genome) }),
    ...confinementInit(request),
    population,
    labels,
    ...(state === undefined ? {} : { state: toValue(state, 'state') }),
    ...(loadTimeoutMs === undefined ? {} : { loadTimeoutMs }),
    requestId,
  };
}

export function confinementInit({ isolation, securityProfile, limits }: Confinement) {
  return {
    isolation: WireIsolationLevel[isolation ?? 'UNSPECIFIED'],
    securityProfile: WireSecurityProfile[securityProfile ?? 'UNSPECIFIED'],
    ...(limits ? { limits } : {}),
  };
}

export function filterInit(filter: Filter): MessageInitShape<typeof ListSandboxesRequestSchema> {
  const { statuses = [], population = '', labels = {}, minAgeMs, maxAgeMs, pageSize = 0 } = filter;
  return {
    pageSize,
    statuses: statuses.map((status) => WireSandboxStatus[status]),
    population,
    labels,
    ...(minAgeMs === undefined ? {} : { minAge: timeOf(minAgeMs) }),
    ...(maxAgeMs === undefined ? {} : { maxAge: timeOf(maxAgeMs) }),
  };
}

export function reloadInit(request: ReloadRequest): MessageInitShape<typeof ReloadSourceRequestSchema> {
  const { id, modules, remove = [], entry = '' } = request;
  return {
    id,
    modules: modulesOf(modules).map(moduleInit),
    remove: [...remove],
    entry,
    ...transitionInit(request),
  };
}

function modulesOf(modules: Modules): readonly Module[] {
  if (typeof modules === 'string') return [{ javascript: modules }];
  return 'length' in modules ? modules : [modules];
}

export function transitionInit({
  stateHandler = '',
  expectedRevision,
  loadTimeoutMs,
  requestId = '',
}: Transition) {
  return {
    stateHandler,
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
    ...(loadTimeoutMs === undefined ? {} : { loadTimeoutMs }),
    requestId,
  };
}

export function entryInit({ id, spec }: RunEntry): MessageInitShape<typeof BatchRunEntrySchema> {
  return spec ? { id, spec: runSpecInit(spec) } : { id };
}
