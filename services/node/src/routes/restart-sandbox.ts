import { mapped } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

export const restartSandbox: SandboxRoute<'restartSandbox'> =
  ({ runtime, idempotency }) =>
  (request) =>
    idempotency.once('RestartSandbox', request, async () => {
      const id = mapped((problems) => problems.id('id', request.id));
      return { sandbox: sandboxMessage(await runtime.restart(id, { resetState: request.resetState })) };
    });
