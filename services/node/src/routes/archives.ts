import { showingExisting } from '../existing.ts';
import { archiveMessage, readArchive } from '../mapping/archive.ts';
import { mapped } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

export const exportSandbox: SandboxRoute<'exportSandbox'> =
  ({ sandboxesOf }) =>
  (request, context) => ({
    archive: archiveMessage(sandboxesOf(context).export(mapped((problems) => problems.id('id', request.id)))),
  });

export const importSandbox: SandboxRoute<'importSandbox'> =
  ({ sandboxesOf, idempotency }) =>
  (request, context) => {
    const sandboxes = sandboxesOf(context);
    return idempotency.once('ImportSandbox', sandboxes.tenant, request, async () => {
      const { archive, options } = mapped((problems) => {
        const given = request.archive;
        if (!given) problems.add('archive', 'is required');
        return {
          archive: given && problems.within('archive', () => readArchive(problems, given)),
          options: request.id === '' ? {} : { id: problems.id('id', request.id) },
        };
      });
      const info = await showingExisting(sandboxes, () => sandboxes.import(archive!, options));
      return { sandbox: sandboxMessage(info) };
    });
  };
