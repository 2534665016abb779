import { readLimits } from '../mapping/limits.ts';
import { mapped } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

export const updateLimits: SandboxRoute<'updateLimits'> =
  ({ runtime, idempotency }) =>
  (request) =>
    idempotency.once('UpdateLimits', request, async () => {
      const { id, change } = mapped((problems) => ({
        id: problems.id('id', request.id),
        change: readLimits(problems, request.limits) ?? {},
      }));
      return { sandbox: sandboxMessage(await runtime.updateLimits(id, change)) };
    });
