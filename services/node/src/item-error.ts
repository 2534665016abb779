import { toRpcStatus } from '@petri/contracts';
import { invalid, PetriError } from '@petri/core';
import type { Parts } from './parts.ts';

/**
 * The google.rpc.Status of a failure that stays with its item. If the item is a request of its own, `place` is where
 * it is in the batch, and the fields of its violations are put under it.
 */
export function itemError(
  { onInternalError }: Pick<Parts, 'onInternalError'>,
  thrown: unknown,
  where: string,
  place?: string,
) {
  const error = PetriError.from(thrown);
  if (error.code === 'internal') onInternalError(error, where);
  return { case: 'error' as const, value: toRpcStatus(place === undefined ? error : moved(error, place)) };
}

function moved(error: PetriError, place: string): PetriError {
  if (error.violations.length === 0) return error;
  const { code, message, reason, metadata, cause } = error;
  const violations = error.violations.map((each) => ({ ...each, field: `${place}.${each.field}` }));
  if (code === 'invalid_argument') return invalid(violations, { reason, cause });
  return new PetriError(code, message, { reason, violations, metadata, cause });
}
