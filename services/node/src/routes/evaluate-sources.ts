import type { Candidate, EvaluateSourcesRequest } from '@petri/contracts/v1';
import { newId } from '@petri/core';
import type { CandidateOptions, Genome } from '@petri/sandbox';
import { defined } from '../defined.ts';
import { readIsolation, readSecurityProfile } from '../mapping/enums.ts';
import { readEvaluationSpec } from '../mapping/evaluation-spec.ts';
import { readLimits } from '../mapping/limits.ts';
import { readGenome } from '../mapping/modules.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import type { SandboxRoute } from '../parts.ts';
import { streamEvaluations } from './evaluation-stream.ts';

/** As for BatchRun; the message limit is reached first by genomes of any size. */
const MAX_CANDIDATES = 100_000;

export const evaluateSources: SandboxRoute<'evaluateSources'> = (parts) =>
  async function* (request, context) {
    const { candidates: items, maxConcurrency } = request;
    const { spec, options } = mapped((problems) => {
      problems.atMost('candidates', items.length, MAX_CANDIDATES);
      return { spec: readEvaluationSpec(problems, request.spec), options: readOptions(problems, request) };
    });
    const group = newId('call');
    yield* streamEvaluations(parts, context, {
      kind: 'evaluate_sources',
      items,
      idOf: ({ id }) => id,
      evaluate: async (candidate, index, sandboxes, signal) => {
        const genome = mapped((problems) => readCandidate(problems, candidate, index));
        const evaluation = await sandboxes.evaluateGenome(genome, spec, group, options, { signal });
        parts.evaluators.remember(evaluation.evaluatorSha256, spec);
        return evaluation;
      },
      maxConcurrency,
    });
  };

function readOptions(problems: Problems, request: EvaluateSourcesRequest): CandidateOptions {
  return defined({
    isolation: readIsolation(problems, 'isolation', request.isolation),
    securityProfile: readSecurityProfile(problems, 'security_profile', request.securityProfile),
    limits: readLimits(problems, request.limits),
  });
}

function readCandidate(problems: Problems, { genome }: Candidate, index: number): Genome {
  return problems.within(`candidates[${index}].genome`, () => {
    if (genome) return readGenome(problems, genome);
    problems.add('', 'is required');
    return { modules: [], entry: '' };
  });
}
