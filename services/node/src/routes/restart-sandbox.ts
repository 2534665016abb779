import { mapped } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

export const restartSandbox: SandboxRoute<'restartSandbox'> =
  ({ sandboxesOf, idempotency }) =>
  (request, context) => {
    const sandboxes = sandboxesOf(context);
    return idempotency.once('RestartSandbox', sandboxes.tenant, request, async () => {
      const id = mapped((problems) => problems.id('id', request.id));
      return { sandbox: sandboxMessage(await sandboxes.restart(id, { resetState: request.resetState })) };
    });
  };
