import { itemError } from '../item-error.ts';
import { mapped } from '../mapping/problems.ts';
import { MAX_BATCH, type SandboxRoute } from '../parts.ts';
import { createSandbox } from './create-sandbox.ts';
import { answerBatch } from '../stream-batch.ts';

export const batchCreate: SandboxRoute<'batchCreate'> = (parts) => {
  const create = createSandbox(parts);
  return async ({ requests }, context) => {
    mapped((problems) => problems.atMost('requests', requests.length, MAX_BATCH));
    const { signal, method } = context;
    const sandboxes = parts.sandboxesOf(context);
    const items = await answerBatch(
      { events: parts.events, kind: 'create', tenant: sandboxes.tenant },
      requests,
      sandboxes.window(),
      signal,
      async (request, index) => {
        try {
          const { sandbox } = await create(request, context);
          return {
            index,
            id: sandbox?.id ?? request.id,
            result: { case: 'sandbox' as const, value: sandbox! },
          };
        } catch (thrown) {
          return { index, id: request.id, result: itemError(parts, thrown, method, `requests[${index}]`) };
        }
      },
    );
    return { items };
  };
};
