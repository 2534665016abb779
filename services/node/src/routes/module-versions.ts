import { historyMessage } from '../mapping/archive.ts';
import { moduleVersionMessage, readModuleName } from '../mapping/modules.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import type { SandboxRoute } from '../parts.ts';

export const getModuleVersion: SandboxRoute<'getModuleVersion'> =
  ({ sandboxesOf }) =>
  (request, context) => {
    const { version } = request;
    const { id, module } = mapped((problems) => {
      if (version === 0) problems.add('version', 'must be 1 or more');
      return readModule(problems, request);
    });
    return { version: moduleVersionMessage(sandboxesOf(context).moduleVersion(id, module, version), true) };
  };

export const listModuleVersions: SandboxRoute<'listModuleVersions'> =
  ({ sandboxesOf }) =>
  (request, context) => {
    const { id, module } = mapped((problems) => readModule(problems, request));
    return { history: historyMessage(sandboxesOf(context).moduleHistory(id, module), false) };
  };

function readModule(problems: Problems, { id, module }: { id: string; module: string }) {
  return { id: problems.id('id', id), module: readModuleName(problems, 'module', module, '') };
}
