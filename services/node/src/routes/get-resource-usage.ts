import { mapped } from '../mapping/problems.ts';
import { usageMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

export const getResourceUsage: SandboxRoute<'getResourceUsage'> =
  ({ sandboxesOf }) =>
  async (request, context) => ({
    usage: usageMessage(
      await sandboxesOf(context).usage(mapped((problems) => problems.id('id', request.id))),
    ),
  });
