import { readEvaluationSpec } from '../mapping/evaluation-spec.ts';
import { mapped } from '../mapping/problems.ts';
import type { SandboxRoute } from '../parts.ts';
import { readRecording, recorder } from '../recording.ts';
import { streamEvaluations } from './evaluation-stream.ts';

/** As for BatchRun. */
const MAX_IDS = 100_000;

export const batchEvaluate: SandboxRoute<'batchEvaluate'> = (parts) =>
  async function* (request, context) {
    const { ids: items, maxConcurrency } = request;
    const spec = mapped((problems) => {
      problems.atMost('ids', items.length, MAX_IDS);
      readRecording(problems, request.record);
      return readEvaluationSpec(problems, request.spec);
    });
    const record = recorder(parts, request.record, items, context);
    yield* streamEvaluations(parts, context, {
      kind: 'evaluate',
      items,
      idOf: (id) => id,
      evaluate: async (id, index, sandboxes, signal) => {
        mapped((problems) => problems.id(`ids[${index}]`, id));
        const evaluation = await sandboxes.evaluate(id, spec, { signal, patient: true });
        parts.evaluators.remember(evaluation.evaluatorSha256, spec);
        return evaluation;
      },
      record,
      maxConcurrency,
    });
  };
