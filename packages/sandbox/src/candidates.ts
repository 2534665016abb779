import { loadFailure } from './answers.ts';
import { checkEvaluator } from './evaluation/arguments.ts';
import { evaluation } from './evaluation/evaluation.ts';
import { compileEvaluator, evaluationTimeout } from './evaluation/evaluator.ts';
import { NOBODY } from './events/occurrence.ts';
import type { SandboxEvents } from './events/sandbox-events.ts';
import type { Genome } from './genome.ts';
import { compileLimits, DEFAULT_LIMITS } from './limits.ts';
import { checkDraft } from './loads.ts';
import { planOf } from './record.ts';
import type { ScanReport } from './scan/finding.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import type { CallOptions } from './api/call.ts';
import type { CandidateOptions, Evaluation, EvaluationSpec } from './api/evaluation.ts';
import type { SecurityProfile } from './api/sandbox.ts';
import { ModuleTable } from './versions.ts';

// As loads have.
const SCAN_MS = 30_000;

/** Genomes that are no sandboxes: evaluated or scanned once, and forgotten. */
export class Candidates {
  readonly #supervisor: Supervisor;
  readonly #events: SandboxEvents;

  constructor(supervisor: Supervisor, events: SandboxEvents) {
    this.#supervisor = supervisor;
    this.#events = events;
  }

  async evaluate(
    genome: Genome,
    spec: EvaluationSpec,
    group: string,
    candidate: CandidateOptions,
    { signal, tenant = '' }: CallOptions,
  ): Promise<Evaluation> {
    const limits = compileLimits(candidate.limits);
    checkEvaluator(spec, limits);
    const { isolation = 'ISOLATE', securityProfile = 'MEDIUM' } = candidate;
    const draft = new ModuleTable().draft(genome.modules, [], genome.entry, 0);
    checkDraft(draft, limits, securityProfile);
    const plan = planOf(draft, { tenant, isolation: 'ISOLATE', securityProfile, population: '' }, limits);
    // Nobody would read the advice, and most code has nothing in it that is refused: it is not even parsed.
    plan.scan = { profile: securityProfile, advice: false };
    if (isolation === 'REALM') plan.group = `call:${group}`;
    const evaluator = compileEvaluator(spec);
    const task = evaluator.task(true, evaluationTimeout(spec, limits.executionTimeMs), limits);
    const { cpuTimeMs: cpuMs, memoryBytes } = limits;
    const request = { task, tenant, plan: () => plan, cpuMs, memoryBytes };
    const result = await this.#supervisor.submit(request, signal);
    return evaluation(this.#events, { ...NOBODY, tenant }, evaluator, result);
  }

  /** @throws PetriError as when the genome is loaded */
  async scan(
    genome: Genome,
    securityProfile: SecurityProfile,
    { signal, tenant = '' }: CallOptions,
  ): Promise<ScanReport> {
    const draft = new ModuleTable().draft(genome.modules, [], genome.entry, 0);
    checkDraft(draft, DEFAULT_LIMITS, securityProfile);
    const identity = { tenant, isolation: 'ISOLATE', securityProfile, population: '' } as const;
    const plan = planOf(draft, identity, DEFAULT_LIMITS);
    plan.scan = { profile: securityProfile, advice: true };
    const { cpuTimeMs: cpuMs, memoryBytes } = DEFAULT_LIMITS;
    const task = { kind: 'scan' as const, wallMs: SCAN_MS };
    const request = { task, tenant, plan: () => plan, cpuMs, memoryBytes };
    const result = await this.#supervisor.submit(request, signal);
    const { o, scan } = result.answer;
    if (o === 0 && scan !== undefined) return scan;
    throw loadFailure('the code could not be scanned', result);
  }
}
