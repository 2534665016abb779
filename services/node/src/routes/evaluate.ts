import { evaluationMessage } from '../mapping/evaluation.ts';
import { readEvaluationSpec } from '../mapping/evaluation-spec.ts';
import { mapped } from '../mapping/problems.ts';
import type { SandboxRoute } from '../parts.ts';

export const evaluate: SandboxRoute<'evaluate'> =
  ({ runtime }) =>
  async (request, { signal }) => {
    const { id, spec } = mapped((problems) => ({
      id: problems.id('id', request.id),
      spec: readEvaluationSpec(problems, request.spec),
    }));
    return { evaluation: evaluationMessage(await runtime.evaluate(id, spec, { signal })) };
  };
