import { itemError } from '../item-error.ts';
import { mapped } from '../mapping/problems.ts';
import { MAX_BATCH, type SandboxRoute } from '../parts.ts';
import { reloadSource } from './reload-source.ts';
import { answerBatch } from '../stream-batch.ts';

export const batchReload: SandboxRoute<'batchReload'> = (parts) => {
  const reload = reloadSource(parts);
  return async ({ requests }, context) => {
    mapped((problems) => problems.atMost('requests', requests.length, MAX_BATCH));
    const { signal, method } = context;
    const sandboxes = parts.sandboxesOf(context);
    const items = await answerBatch(
      { events: parts.events, kind: 'reload', tenant: sandboxes.tenant },
      requests,
      sandboxes.window(),
      signal,
      async (request, index) => {
        const { id } = request;
        try {
          return { index, id, result: { case: 'reload' as const, value: await reload(request, context) } };
        } catch (thrown) {
          return { index, id, result: itemError(parts, thrown, method, `requests[${index}]`) };
        }
      },
    );
    return { items };
  };
};
