import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { answersOnce, type CallContext, fromRpcStatus, type Handlers } from '@petri/contracts';
import { type ErrorCode, PetriError } from '@petri/core';
import type { Identity } from '../auth/identity.ts';
import type { AuditEntry, Caller } from './entry.ts';
import { type AuditLog, resultOf } from './log.ts';

type Serve = (request: object, context: CallContext) => unknown;

/** What RPCs name by `id`. */
const NAMED = ['sandbox', 'population', 'migration'] as const;
type Named = (typeof NAMED)[number];

/** What requests and answers may have in common that says what a call was about. */
type About = { id?: string; tenant?: string; population?: string; requestId?: string };
type Answer = { [K in Named]?: { id?: string } } & { items?: readonly Item[] };
type Item = { id?: string; result?: { case?: string; value?: unknown } };

/** Runs are too many to be recorded one by one; what they did is in their receipts. */
const RUNS = new Set(['run', 'evaluate', 'evaluateSources', 'batchRun', 'batchEvaluate']);
/** An export takes code and state away: the one way of reading that is recorded. */
const READS = /^(?:get|list|rank|scan|top|watch)/;

/** Of calls that change nothing, those that failed so are recorded. */
const REFUSALS: readonly ErrorCode[] = ['unauthenticated', 'permission_denied', 'resource_exhausted'];

type Collaborators = {
  log: AuditLog;
  identityOf: (context: Pick<CallContext, 'metadata'>) => Identity;
};

/** The same handlers, with a line for each change and each refusal. */
export function audited<S extends DescService>(
  service: S,
  handlers: Handlers<S>,
  { log, identityOf }: Collaborators,
): Handlers<S> {
  const open = handlers as unknown as Record<string, Serve>;
  const callerOf = (context: CallContext) => ({ identity: identityOf(context), peer: context.peer });
  const wrapped: Record<string, Serve> = {};
  for (const method of service.methods) {
    const serve = open[method.localName]!;
    const failed = (thrown: unknown, request: object, context: CallContext) => {
      const error = PetriError.from(thrown);
      const isChange = changes(method);
      if (!isChange && !REFUSALS.includes(error.code)) return;
      const more = { ...about(method, request), ...(isChange ? { event: 'change' as const } : {}) };
      log.refused(callerOf(context), context.method, error, more);
    };
    if (answersOnce(method))
      wrapped[method.localName] = async (request, context) => {
        try {
          const answer = (await serve(request, context)) as Answer;
          if (changes(method))
            for (const entry of entriesOf(method, request, answer, callerOf(context))) log.record(entry);
          return answer;
        } catch (thrown) {
          failed(thrown, request, context);
          throw thrown;
        }
      };
    else
      wrapped[method.localName] = async function* (request, context) {
        try {
          yield* serve(request, context) as AsyncIterable<object>;
          if (changes(method))
            for (const entry of entriesOf(method, request, {}, callerOf(context))) log.record(entry);
        } catch (thrown) {
          failed(thrown, request, context);
          throw thrown;
        }
      };
  }
  return wrapped as unknown as Handlers<S>;
}

function changes({ localName }: DescMethod): boolean {
  return !READS.test(localName) && !RUNS.has(localName);
}

/** Whose id the `id` of a request is. */
function namedBy({ name }: DescMethod): Named {
  if (name.endsWith('Population')) return 'population';
  return /Migrat(?:e|ion)$/.test(name) ? 'migration' : 'sandbox';
}

function about(method: DescMethod, request: object): Partial<AuditEntry> {
  const { id, tenant, population, requestId } = request as About;
  return {
    ...(tenant === undefined ? {} : { tenant }),
    ...(population === undefined ? {} : { population }),
    ...(id === undefined ? {} : { [namedBy(method)]: id }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** One for the call, or one for each item of a batch. */
function* entriesOf(
  method: DescMethod,
  request: object,
  answer: Answer,
  caller: Caller,
): Generator<AuditEntry> {
  const rpc = `/${method.parent.typeName}/${method.name}`;
  const common = { event: 'change' as const, caller, rpc, ...about(method, request) };
  const { items } = answer;
  if (items === undefined) {
    // What was generated only the answer knows.
    const answered = NAMED.flatMap((named) => {
      const id = answer[named]?.id;
      return id === undefined ? [] : [[named, id]];
    });
    yield { ...common, ...(Object.fromEntries(answered) as Partial<AuditEntry>), result: 'OK' };
    return;
  }
  for (const { id = '', result } of items) {
    const entry = { ...common, sandbox: id };
    if (result?.case !== 'error') yield { ...entry, result: 'OK' };
    else {
      const error = fromRpcStatus(result.value as Parameters<typeof fromRpcStatus>[0]);
      yield { ...entry, result: resultOf(error), reason: error.reason, message: error.message };
    }
  }
}
