import { mapped } from '../mapping/problems.ts';
import { readRunSpec, runResultMessage } from '../mapping/run.ts';
import type { SandboxRoute } from '../parts.ts';

export const run: SandboxRoute<'run'> =
  ({ sandboxesOf }) =>
  async (request, context) => {
    const spec = mapped((problems) => {
      problems.id('id', request.id);
      const given = request.spec;
      if (!given) problems.add('spec', 'is required');
      return given && problems.within('spec', () => readRunSpec(problems, given));
    });
    return {
      result: runResultMessage(await sandboxesOf(context).run(request.id, spec!, { signal: context.signal })),
    };
  };
