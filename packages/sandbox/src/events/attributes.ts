/** What spans and events say in the same way. */
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import { PetriError } from '@petri/core';
import type { Subject } from './occurrence.ts';

export const NO_ATTRIBUTES: Readonly<Record<string, string>> = {};

export function idsOf({ id, population }: Subject): Attributes {
  const ids: Attributes = {};
  if (id !== '') ids['petri.sandbox.id'] = id;
  if (population !== '') ids['petri.population.id'] = population;
  return ids;
}

export function texts(attributes: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}

export function errorOf(thrown: unknown): { error?: string; reason?: string } {
  if (thrown === undefined) return {};
  const { reason, code, message } = PetriError.from(thrown);
  return { error: reason || code.toUpperCase(), reason: message };
}

export function failed(span: Span, thrown: unknown): void {
  const { error = '', reason = '' } = errorOf(thrown);
  span.setAttribute('error.type', error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
}
