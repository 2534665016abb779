import { compileLimits, type Limits, type LimitsChange } from '@petri/sandbox';
import type { Limits as LimitsMessage } from '@petri/contracts/v1';
import type { Problems } from './problems.ts';

/** The limits that are given; their ranges are checked here so that they are reported with everything else. */
export function readLimits(problems: Problems, message: LimitsMessage | undefined): LimitsChange | undefined {
  if (message === undefined) return undefined;
  const { $typeName: _, $unknown: __, ...change } = message;
  try {
    compileLimits(change);
  } catch (thrown) {
    problems.adopt(thrown);
  }
  return change;
}

/** Names and units are the same on both sides. */
export function limitsMessage(limits: Limits | LimitsChange): LimitsChange {
  return { ...limits };
}
