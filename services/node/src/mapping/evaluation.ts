import type { MessageInitShape } from '@bufbuild/protobuf';
import { type CaseResultSchema, type EvaluationSchema, Outcome } from '@petri/contracts/v1';
import type { CaseResult, Evaluation } from '@petri/sandbox';
import { valueOf } from '../values.ts';
import { uint32 } from './numbers.ts';
import { logsMessage, receiptMessage } from './run.ts';

export function evaluationMessage(evaluation: Evaluation): MessageInitShape<typeof EvaluationSchema> {
  const { outcome, score, components, cases, error, logs, receipt, evaluatorSha256, calls } = evaluation;
  const message: MessageInitShape<typeof EvaluationSchema> = {
    outcome: Outcome[outcome],
    components,
    cases: cases.map(caseResult),
    receipt: receiptMessage(receipt),
    evaluatorSha256,
    calls: uint32(calls),
  };
  if (score !== undefined) message.score = score;
  if (error !== undefined) message.error = error;
  if (logs !== undefined) message.logs = logsMessage(logs);
  return message;
}

function caseResult(result: CaseResult): MessageInitShape<typeof CaseResultSchema> {
  const { name, outcome, passed, score, valueJson, error, wallUs } = result;
  const message: MessageInitShape<typeof CaseResultSchema> = {
    name,
    outcome: Outcome[outcome],
    passed,
    score,
    wallUs: uint32(wallUs),
  };
  if (valueJson !== undefined) message.value = valueOf(valueJson);
  if (error !== undefined) message.error = error;
  return message;
}
