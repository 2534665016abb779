import type { ReloadSourceRequest } from '@petri/contracts/v1';
import type { ReloadSpec } from '@petri/sandbox';
import { readModuleName, readModules } from '../mapping/modules.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import { reloadMessage } from '../mapping/sandbox.ts';
import { readTransition } from '../mapping/transition.ts';
import type { SandboxRoute } from '../parts.ts';

export const reloadSource: SandboxRoute<'reloadSource'> =
  ({ sandboxesOf, idempotency }) =>
  (request, context) => {
    const sandboxes = sandboxesOf(context);
    return idempotency.once('ReloadSource', sandboxes.tenant, request, async () => {
      const spec = mapped((problems) => readReload(problems, request));
      return reloadMessage(await sandboxes.reload(request.id, spec, { signal: context.signal }));
    });
  };

function readReload(problems: Problems, request: ReloadSourceRequest): ReloadSpec {
  problems.id('id', request.id);
  const modules = readModules(problems, request.modules);
  const remove = problems.each('remove', request.remove, (name) => {
    if (name === '') problems.add('', 'must not be empty');
    if (modules.some((module) => module.name === name))
      problems.add('', `"${name}" is among the modules to load`);
    return readModuleName(problems, '', name, '');
  });
  const entry = readModuleName(problems, 'entry', request.entry, '');
  if (modules.length === 0 && remove.length === 0 && entry === '')
    problems.add('modules', 'at least one is required, unless modules are removed or the entry changes');
  return { modules, remove, ...(entry === '' ? {} : { entry }), ...readTransition(problems, request) };
}
