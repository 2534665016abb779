import { mapped } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

export const getSandbox: SandboxRoute<'getSandbox'> =
  ({ sandboxesOf }) =>
  (request, context) => ({
    sandbox: sandboxMessage(sandboxesOf(context).get(mapped((problems) => problems.id('id', request.id)))),
  });
