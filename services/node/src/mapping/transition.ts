import { defined } from '../defined.ts';
import type { Problems } from './problems.ts';
import { readTimeout } from './time.ts';

type Transition = {
  stateHandler: string;
  expectedRevision?: number | undefined;
  loadTimeoutMs?: number | undefined;
};

/** What reloads and rollbacks have in common. */
export function readTransition(problems: Problems, request: Transition) {
  const { stateHandler, expectedRevision, loadTimeoutMs } = request;
  if (loadTimeoutMs !== undefined) readTimeout(problems, 'load_timeout_ms', loadTimeoutMs);
  return defined({
    stateHandler: stateHandler === '' ? undefined : stateHandler,
    expectedRevision,
    loadTimeoutMs,
  });
}
