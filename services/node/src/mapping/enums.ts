import type { Outcome as OutcomeName } from '@petri/sandbox';
import { IsolationLevel, Outcome, SandboxStatus, SecurityProfile } from '@petri/contracts/v1';
import type { Problems } from './problems.ts';

/**
 * Our names and those of the generated enums are the same, so `Enum[name]` maps out and this maps in. 0 is undefined,
 * which takes the default; a number that means nothing is a problem.
 */
export function reader<E extends Readonly<Record<string, number>>>(values: E) {
  type Name = Exclude<keyof E & string, 'UNSPECIFIED'>;
  const names = new Map(Object.entries(values).map(([name, number]) => [number, name]));
  return (problems: Problems, field: string, number: number): Name | undefined => {
    if (number === 0) return undefined;
    const name = names.get(number);
    if (name === undefined) problems.add(field, `is ${number}, which is not a value of its enum`);
    return name as Name | undefined;
  };
}

export const readIsolation = reader(IsolationLevel);
export const readSecurityProfile = reader(SecurityProfile);
export const readStatus = reader(SandboxStatus);

/** Counts by outcome as messages list them: those that occurred, in the order of the enum. */
export function outcomeCounts(counts: Partial<Record<OutcomeName, number>>) {
  return (Object.keys(counts) as OutcomeName[])
    .filter((name) => (counts[name] ?? 0) > 0)
    .map((name) => ({ outcome: Outcome[name], count: counts[name] ?? 0 }))
    .sort((a, b) => a.outcome - b.outcome);
}
