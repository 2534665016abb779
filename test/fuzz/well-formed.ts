/** What every answer must be, whatever was asked. */
import type { DescMessage, Message } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import type { Any } from '@bufbuild/protobuf/wkt';
import { type CaseResult, type Evaluation, Outcome, type Receipt, type RunResult } from '@petri/contracts/v1';

/** gRPC status codes that nobody should ever see: UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const FAULTS = [2, 13, 14, 15];
/** Each worker that is lost or held while a run waits in it makes another attempt. */
const MAX_ATTEMPTS = 100;
const OUTCOMES: ReadonlySet<Outcome> = new Set(
  Object.values(Outcome).filter((each) => each !== Outcome.UNSPECIFIED),
);
const [MAX_NAME, MAX_MESSAGE, MAX_STACK] = [128, 2_048, 4_096];

type Status = Message & { code: number; message: string; details: Any[] };
type Failure = Message & { name: string; message: string; stack: string };

/** What is wrong with a message, and where; `withinMs` is how long the call took. */
export function faultsOf(desc: DescMessage, message: Message, withinMs: number): string[] {
  const found: string[] = [];
  walk(reflect(desc, message), desc.name, (part, path) => {
    for (const fault of partFaults(part, withinMs)) found.push(`${path}: ${fault}`);
  });
  return found;
}

function partFaults({ desc, message }: ReflectMessage, withinMs: number): string[] {
  switch (desc.typeName) {
    case 'petri.v1.Receipt':
      return receiptFaults(message as Receipt, withinMs);
    case 'petri.v1.RunResult': {
      const { outcome, value, error, receipt } = message as RunResult;
      const completed = outcome === Outcome.COMPLETED;
      return [
        ...(completed === (value !== undefined) ? [] : ['has a value if and only if it completed']),
        ...(completed === (error === undefined) ? [] : ['has an error if and only if it did not complete']),
        ...(completed || receipt !== undefined ? [] : ['has a receipt']),
        ...(receipt === undefined || completed === (receipt.reason === '') ? [] : ['says why it ended so']),
        ...outcomeFaults(outcome),
      ];
    }
    case 'petri.v1.Evaluation': {
      const { outcome, score, error, receipt } = message as Evaluation;
      const completed = outcome === Outcome.COMPLETED;
      return [
        ...(completed === (score !== undefined) ? [] : ['has a score if and only if it completed']),
        ...(completed === (error === undefined) ? [] : ['has an error if and only if it did not complete']),
        ...(receipt === undefined ? ['has a receipt'] : []),
        ...outcomeFaults(outcome),
      ];
    }
    case 'petri.v1.CaseResult': {
      const { outcome, score } = message as CaseResult;
      return [...(score >= 0 && score <= 1 ? [] : [`a score of ${score}`]), ...outcomeFaults(outcome)];
    }
    case 'petri.v1.GuestError': {
      const { name, message: text, stack } = message as Failure;
      const fits = name.length <= MAX_NAME && text.length <= MAX_MESSAGE && stack.length <= MAX_STACK;
      return fits ? [] : [`lengths of ${name.length}, ${text.length}, ${stack.length}`];
    }
    case 'google.rpc.Status':
      return statusFaults(message as Status);
    case 'google.protobuf.Value':
      return (message as Message & { kind: { case?: string } }).kind.case === undefined ? ['no value'] : [];
    default:
      return [];
  }
}

export function statusFaults({ code, message, details }: Status): string[] {
  return [
    ...(FAULTS.includes(code) || code < 1 || code > 16 ? [`code ${code}: ${message}`] : []),
    ...(message === '' ? ['no message'] : []),
    ...(details[0]?.typeUrl.endsWith('/google.rpc.ErrorInfo') === true ? [] : ['no ErrorInfo']),
  ];
}

function receiptFaults({ wallUs, queuedUs, attempt }: Receipt, withinMs: number): string[] {
  return [
    // 1 ms for clocks that are read at different times.
    ...(wallUs / 1_000 <= withinMs + 1 ? [] : [`${wallUs} us of wall time in ${withinMs} ms`]),
    ...(queuedUs / 1_000 <= withinMs + 1 ? [] : [`queued for ${queuedUs} us in ${withinMs} ms`]),
    ...(attempt <= MAX_ATTEMPTS ? [] : [`attempt ${attempt}`]),
  ];
}

function outcomeFaults(outcome: Outcome): string[] {
  return OUTCOMES.has(outcome) ? [] : [`outcome ${outcome}`];
}

/** Every message within, and finite numbers everywhere. */
function walk(part: ReflectMessage, path: string, visit: (part: ReflectMessage, path: string) => void): void {
  visit(part, path);
  for (const field of part.fields) {
    if (!part.isSet(field)) continue;
    const at = `${path}.${field.name}`;
    if (field.fieldKind === 'message') walk(part.get(field), at, visit);
    else if (field.fieldKind === 'list' && field.listKind === 'message')
      for (const [index, each] of [...part.get(field)].entries())
        walk(each as ReflectMessage, `${at}[${index}]`, visit);
    else if (field.fieldKind === 'map' && field.mapKind === 'message')
      for (const [key, each] of part.get(field)) walk(each as ReflectMessage, `${at}[${String(key)}]`, visit);
  }
}
