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
