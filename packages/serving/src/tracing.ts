import type { DescMethod, DescService } from '@bufbuild/protobuf';
import {
  type Context,
  context,
  type Histogram,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { answersOnce, type CallContext, callerTrace, type Handlers } from '@petri/contracts';
import { type ErrorCode, PetriError } from '@petri/core';

/** A call that is over. */
export type ServedCall = {
  /** `/petri.v1.SandboxService/Run` */
  method: string;
  /** Upper case, OK for none. */
  code: string;
  /** The error's stable reason; '' for none. */
  reason: string;
  durationMs: number;
};

type Told = {
  /** Of the tracer and the meter, such as "petri.node". */
  name: string;
  onServed: (call: ServedCall) => void;
};

type Serve = (request: object, call: CallContext) => unknown;

/** Seconds. */
const BUCKETS = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

/** What a caller gets for its own mistakes is no fault of the server's. */
const FAULTS: ReadonlySet<ErrorCode> = new Set([
  'internal',
  'unavailable',
  'deadline_exceeded',
  'unimplemented',
  'data_loss',
]);

const contexts = new WeakMap<CallContext, Context>();

/** The trace of a call that is served. */
export function traceOf(call: CallContext): Context {
  return contexts.get(call) ?? context.active();
}

/**
 * The same handlers, each call a span that continues the caller's trace, and measured. `onServed` is told in the call's
 * trace.
 */
export function traced<S extends DescService>(service: S, handlers: Handlers<S>, told: Told): Handlers<S> {
  const tracer = trace.getTracer(told.name);
  const seconds = metrics.getMeter(told.name).createHistogram('rpc.server.call.duration', {
    description: 'Time of a call, until its last message is sent',
    unit: 's',
    advice: { explicitBucketBoundaries: BUCKETS },
  });
  const open = handlers as unknown as Record<string, Serve>;
  const wrapped: Record<string, Serve> = {};
  for (const method of service.methods) {
    const serve = open[method.localName]!;
    const begin = (call: CallContext) => new ServerCall({ tracer, seconds, ...told }, method, call);
    wrapped[method.localName] = answersOnce(method)
      ? (request, call) => begin(call).once(() => serve(request, call))
      : (request, call) => begin(call).stream(() => serve(request, call) as AsyncIterable<object>);
  }
  return wrapped as unknown as Handlers<S>;
}

type Instruments = Told & { tracer: Tracer; seconds: Histogram };

class ServerCall {
  readonly #told: Instruments;
  readonly #path: string;
  readonly #startedAt = performance.now();
  readonly #method: Readonly<Record<string, string>>;
  readonly #span: Span;
  readonly #context: Context;

  constructor(told: Instruments, { name, parent }: DescMethod, call: CallContext) {
    this.#told = told;
    this.#path = call.method;
    this.#method = { 'rpc.system': 'grpc', 'rpc.service': parent.typeName, 'rpc.method': name };
    const caller = callerTrace(call.metadata);
    const options = { kind: SpanKind.SERVER, attributes: this.#method };
    this.#span = told.tracer.startSpan(`${parent.typeName}/${name}`, options, caller);
    this.#context = trace.setSpan(caller, this.#span);
    contexts.set(call, this.#context);
  }

  async once(serve: () => unknown): Promise<unknown> {
    try {
      const answer = await context.with(this.#context, serve);
      this.#end();
      return answer;
    } catch (thrown) {
      this.#end(thrown);
      throw thrown;
    }
  }

  async *stream(serve: () => AsyncIterable<object>): AsyncGenerator<object, void, void> {
    let thrown: unknown = CUT_OFF;
    try {
      yield* within(this.#context, context.with(this.#context, serve));
      thrown = undefined;
    } catch (error) {
      thrown = error;
      throw error;
    } finally {
      this.#end(thrown);
    }
  }

  #end(thrown?: unknown): void {
    const error = thrown === undefined ? undefined : PetriError.from(thrown);
    const code = error?.code.toUpperCase() ?? 'OK';
    const attributes = { 'rpc.response.status_code': code };
    this.#span.setAttributes(attributes);
    if (error !== undefined) {
      this.#span.setAttribute('error.type', error.reason);
      if (FAULTS.has(error.code))
        this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }
    this.#span.end();
    const durationMs = performance.now() - this.#startedAt;
    this.#told.seconds.record(durationMs / 1e3, { ...this.#method, ...attributes });
    const served = { method: this.#path, code, reason: error?.reason ?? '', durationMs };
    context.with(this.#context, () => this.#told.onServed(served));
  }
}

/** A stream that is left by its reader ends without an error of its own. */
const CUT_OFF = new PetriError('cancelled', 'the caller went away');

/** The same values; whatever the source does to make them happens in the given context. */
export function within<T>(active: Context, source: AsyncIterable<T>): AsyncIterableIterator<T, void> {
  const values = source[Symbol.asyncIterator]();
  return {
    next: () => context.with(active, () => values.next()),
    return: async () => {
      await context.with(active, () => values.return?.());
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
