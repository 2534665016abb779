/** How a program gets at the node: what is sent, one after another, whatever becomes of each. */
import {
  create,
  type DescMessage,
  type DescMethod,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { toValue } from '@petri/contracts';
import {
  type EvaluationSpecSchema,
  type GenomeSchema,
  IsolationLevel,
  type RunSpecSchema,
  SandboxService,
} from '@petri/contracts/v1';
import type { Program } from './programs.ts';

export type Step = { method: DescMethod; bytes: Buffer };

type Genome = MessageInitShape<typeof GenomeSchema>;

const GUEST_MS = 60;
const LIMITS = { memoryBytes: 16 << 20, outputBytes: 100_000, logBytes: 10_000, stateBytes: 100_000 };
const HONEST = 'export const f = (x) => x ?? 0;';

const { createSandbox, destroySandbox, evaluateSources, reloadSource, run } = SandboxService.method;

/** `id` is that of the sandbox it gets. */
export function stepsOf({ way, typescript, argument, source }: Program, id: string): Step[] {
  const genome = genomeOf(source, typescript);
  const value = toValue(argument, 'argument');
  const call = { function: 'f', arguments: [value] };
  const runs = runOf(id, { target: { case: 'call', value: call } });
  const destroy = step(destroySandbox, { id, graceMs: 10, allowMissing: true });
  const creation = (created: Genome) =>
    step(createSandbox, { id, genome: created, limits: LIMITS, loadTimeoutMs: GUEST_MS });
  const evaluation = (candidate: Genome, isolation: IsolationLevel, evaluator: Evaluator) => {
    const spec = { evaluator, timeoutMs: 4 * GUEST_MS, includeValues: true };
    const candidates = [{ genome: candidate }, { genome: genomeOf(HONEST, false) }];
    return step(evaluateSources, { candidates, spec, isolation, limits: LIMITS });
  };

  switch (way) {
    case 'run':
      return [creation(genome), runs, destroy];
    case 'twice':
      return [creation(genome), runs, runs, destroy];
    case 'reload': {
      const reload = { id, modules: genome.modules ?? [], loadTimeoutMs: GUEST_MS };
      return [creation(genomeOf(HONEST, false)), step(reloadSource, reload), runs, destroy];
    }
    case 'handler': {
      const { modules = [] } = genomeOf(`${HONEST}//`, false);
      const reload = { id, modules, stateHandler: source, loadTimeoutMs: GUEST_MS };
      return [creation(genomeOf(HONEST, false)), step(reloadSource, reload), runs, destroy];
    }
    case 'expression':
      return [
        creation(genomeOf(HONEST, false)),
        runOf(id, { target: { case: 'expression', value: source } }),
        runs,
        destroy,
      ];
    case 'REALM':
    case 'ISOLATE': {
      const cases = [{ call }, { call, expected: value }];
      const suite = { case: 'suite' as const, value: { cases, caseTimeoutMs: GUEST_MS } };
      return [evaluation(genome, IsolationLevel[way], suite)];
    }
    case 'fitness': {
      const code = { case: typescript ? ('typescript' as const) : ('javascript' as const), value: source };
      const program = { source: code, data: value, callTimeoutMs: GUEST_MS };
      return [evaluation(genomeOf(HONEST, false), IsolationLevel.REALM, { case: 'program', value: program })];
    }
  }
}

type Evaluator = NonNullable<
  Exclude<MessageInitShape<typeof EvaluationSpecSchema>, { $typeName: string }>['evaluator']
>;

function genomeOf(source: string, typescript: boolean): Exclude<Genome, { $typeName: string }> {
  const code = typescript ? 'typescript' : 'javascript';
  return { modules: [{ name: 'main', code: { case: code, value: source } }] };
}

function runOf(
  id: string,
  spec: Exclude<MessageInitShape<typeof RunSpecSchema>, { $typeName: string }>,
): Step {
  return step(run, { id, spec: { ...spec, timeoutMs: GUEST_MS } });
}

function step<D extends DescMessage>(method: DescMethod & { input: D }, message: MessageInitShape<D>): Step {
  return { method, bytes: Buffer.from(toBinary(method.input, create(method.input, message))) };
}
