import { internal } from '@petri/core';

/** A field that every node sets. @throws PetriError `internal` if this one did not. */
export function present<T>(field: T | undefined): T {
  if (field === undefined) throw internal('the node answered without the field that was asked for');
  return field;
}
