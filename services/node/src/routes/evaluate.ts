import { defined } from '../defined.ts';
import { evaluationMessage } from '../mapping/evaluation.ts';
import { readEvaluationSpec } from '../mapping/evaluation-spec.ts';
import { mapped } from '../mapping/problems.ts';
import type { SandboxRoute } from '../parts.ts';
import { readRecording, recorder } from '../recording.ts';

export const evaluate: SandboxRoute<'evaluate'> = (parts) => async (request, context) => {
  const { signal } = context;
  const { id, spec } = mapped((problems) => {
    readRecording(problems, request.record);
    return { id: problems.id('id', request.id), spec: readEvaluationSpec(problems, request.spec) };
  });
  const record = recorder(parts, request.record, [id], context);
  const evaluation = await parts.sandboxesOf(context).evaluate(id, spec, { signal });
  parts.evaluators.remember(evaluation.evaluatorSha256, spec);
  const recordError = await record(id, evaluation);
  return { evaluation: evaluationMessage(evaluation), ...defined({ recordError }) };
};
