/** A runtime that answers what a test says, and notes what it was asked. */
import { notFound } from '@petri/core';
import {
  compileLimits,
  type Evaluation,
  type ModuleVersionInfo,
  type Receipt,
  type RunResult,
  type SandboxInfo,
  type SandboxRuntime,
} from '@petri/sandbox';

export const RECEIPT: Receipt = {
  wallUs: 10,
  cpuUs: 20,
  heapBytes: 1000,
  externalBytes: 0,
  outputBytes: 1,
  workerPid: 4711,
  attempt: 1,
  queuedUs: 5,
  reason: '',
  workerLost: false,
};

export function completed(valueJson: string): RunResult {
  return { outcome: 'COMPLETED', valueJson, receipt: RECEIPT };
}

export function scored(score: number): Evaluation {
  const components = { passed: score };
  return {
    outcome: 'COMPLETED',
    score,
    components,
    cases: [],
    receipt: RECEIPT,
    evaluatorSha256: 'e',
    calls: 1,
  };
}

export function info(id: string, over: Partial<SandboxInfo> = {}): SandboxInfo {
  return {
    id,
    tenant: 'anonymous',
    status: 'RUNNING',
    isolation: 'ISOLATE',
    securityProfile: 'MEDIUM',
    population: '',
    labels: {},
    limits: compileLimits(undefined),
    entry: 'main',
    modules: [],
    createdAtMs: 1_000,
    updatedAtMs: 2_500,
    restartCount: 0,
    error: undefined,
    revision: 1,
    scan: undefined,
    ...over,
  };
}

export const MODULE: ModuleVersionInfo = {
  module: 'main',
  version: 2,
  language: 'javascript',
  sha256: 'ab',
  sizeBytes: 3,
  loadedAtMs: 1_500,
  active: true,
  code: { language: 'javascript', source: 'x=1' },
};

export type FakeRuntime = SandboxRuntime & { calls: [name: string, ...args: unknown[]][]; closed: number };

/** Methods that are not given throw; `get` knows every id but "missing". */
export function fakeRuntime(methods: Partial<SandboxRuntime> = {}): FakeRuntime {
  const defaults: Partial<SandboxRuntime> = {
    get(id) {
      if (id === 'missing') throw notFound('sandbox', id);
      return info(id);
    },
    find: (id) => (id === 'missing' ? undefined : info(id)),
    status: () => ({
      workers: [],
      protections: [],
      sandboxes: {},
      runs: {},
      kills: {},
      workersLostToOthers: 0,
    }),
    concurrency: 8,
    holdings: () => new Map(),
  };
  const calls: FakeRuntime['calls'] = [];
  const own = { ...defaults, ...methods, calls, closed: 0, close: async () => void own.closed++ };
  return new Proxy(own, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (name === 'then' || (member !== undefined && typeof member !== 'function')) return member;
      return (...args: unknown[]) => {
        // The node asks for its status by itself, with each sign of life.
        if (name !== 'status') calls.push([String(name), ...args]);
        if (typeof member !== 'function') throw new Error(`the fake runtime has no ${String(name)}`);
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  }) as unknown as FakeRuntime;
}
