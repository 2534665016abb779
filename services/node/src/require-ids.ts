import { type EnvReader, idViolation } from '@petri/core';

/** Refuses the variable if one of them is no id. */
export function requireIds(env: EnvReader, name: string, ids: readonly string[]): void {
  for (const id of ids) {
    const violation = idViolation(name, id);
    if (violation) env.refuse(name, violation.description);
  }
}
