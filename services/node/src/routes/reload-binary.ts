import type { ReloadBinaryRequest } from '@petri/contracts/v1';
import type { ReloadSpec } from '@petri/sandbox';
import { DEFAULT_MODULE, readModuleName } from '../mapping/modules.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import { reloadMessage } from '../mapping/sandbox.ts';
import { readTransition } from '../mapping/transition.ts';
import type { SandboxRoute } from '../parts.ts';

export const reloadBinary: SandboxRoute<'reloadBinary'> =
  ({ sandboxesOf, idempotency }) =>
  (request, context) => {
    const sandboxes = sandboxesOf(context);
    return idempotency.once('ReloadBinary', sandboxes.tenant, request, async () => {
      const spec = mapped((problems) => readReload(problems, request));
      return reloadMessage(await sandboxes.reload(request.id, spec, { signal: context.signal }));
    });
  };

function readReload(problems: Problems, request: ReloadBinaryRequest): ReloadSpec {
  problems.id('id', request.id);
  if (request.binary.length === 0) problems.add('binary', 'is required');
  const name = readModuleName(problems, 'module', request.module, DEFAULT_MODULE);
  // A copy: as received it is a view that would keep the whole request in memory.
  const code = { language: 'wasm' as const, binary: request.binary.slice() };
  return { modules: [{ name, code }], ...readTransition(problems, request) };
}
