import type { RollbackModuleRequest } from '@petri/contracts/v1';
import type { RollbackSpec } from '@petri/sandbox';
import { defined } from '../defined.ts';
import { readModuleName } from '../mapping/modules.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import { reloadMessage } from '../mapping/sandbox.ts';
import { readTransition } from '../mapping/transition.ts';
import type { SandboxRoute } from '../parts.ts';

export const rollbackModule: SandboxRoute<'rollbackModule'> =
  ({ sandboxesOf, idempotency }) =>
  (request, context) => {
    const sandboxes = sandboxesOf(context);
    return idempotency.once('RollbackModule', sandboxes.tenant, request, async () => {
      const spec = mapped((problems) => readRollback(problems, request));
      return reloadMessage(await sandboxes.rollback(request.id, spec, { signal: context.signal }));
    });
  };

function readRollback(problems: Problems, request: RollbackModuleRequest): RollbackSpec {
  problems.id('id', request.id);
  const module = readModuleName(problems, 'module', request.module, '');
  if (request.version === 0) problems.add('version', 'must be 1 or more');
  return {
    ...defined({ module: module === '' ? undefined : module, version: request.version }),
    ...readTransition(problems, request),
  };
}
