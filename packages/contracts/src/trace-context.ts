import { type Context, context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Metadata } from '@grpc/grpc-js';

const GETTER = {
  keys: (metadata: Metadata) => Object.keys(metadata.getMap()),
  get: (metadata: Metadata, name: string) => metadata.get(name).map(String),
};
const SETTER = { set: (metadata: Metadata, name: string, value: string) => metadata.set(name, value) };

/** The trace that a call's headers say it belongs to. Without an SDK, no headers say anything. */
export function callerTrace(metadata: Metadata): Context {
  return propagation.extract(ROOT_CONTEXT, metadata, GETTER);
}

/** Says in a call's headers which trace it belongs to, if it does. */
export function sendTrace(metadata: Metadata): void {
  propagation.inject(context.active(), metadata, SETTER);
}

const HEADER = 'traceparent';

/** The trace that is active, as its W3C header; '' if there is none. */
export function activeTrace(): string {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier[HEADER] ?? '';
}

/** Does something within the trace of such a header, or in none. */
export function withinTrace<T>(traceparent: string, work: () => T): T {
  return context.with(propagation.extract(ROOT_CONTEXT, { [HEADER]: traceparent }), work);
}
