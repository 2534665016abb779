import { mapped } from '../mapping/problems.ts';
import { usageMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

export const getResourceUsage: SandboxRoute<'getResourceUsage'> =
  ({ runtime }) =>
  async (request) => ({
    usage: usageMessage(await runtime.usage(mapped((problems) => problems.id('id', request.id)))),
  });
