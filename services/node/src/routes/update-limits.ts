import { readLimits } from '../mapping/limits.ts';
import { mapped } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

export const updateLimits: SandboxRoute<'updateLimits'> =
  ({ sandboxesOf, idempotency }) =>
  (request, context) => {
    const sandboxes = sandboxesOf(context);
    return idempotency.once('UpdateLimits', sandboxes.tenant, request, async () => {
      const { id, change } = mapped((problems) => ({
        id: problems.id('id', request.id),
        change: readLimits(problems, request.limits) ?? {},
      }));
      return { sandbox: sandboxMessage(await sandboxes.updateLimits(id, change)) };
    });
  };
