import { itemError } from '../item-error.ts';
import { mapped } from '../mapping/problems.ts';
import { MAX_BATCH, type SandboxRoute } from '../parts.ts';
import { destroy } from './destroy-sandbox.ts';
import { answerBatch } from '../stream-batch.ts';

export const batchDestroy: SandboxRoute<'batchDestroy'> = (parts) => async (request, context) => {
  const { signal, method } = context;
  const sandboxes = parts.sandboxesOf(context);
  const { ids } = request;
  mapped((problems) => problems.atMost('ids', ids.length, MAX_BATCH));
  const items = await answerBatch(
    { events: parts.events, kind: 'destroy', tenant: sandboxes.tenant },
    ids,
    parts.runtime.concurrency,
    signal,
    async (id, index) => {
      try {
        mapped((problems) => problems.id(`ids[${index}]`, id));
        const { sandbox } = await destroy(sandboxes, id, request);
        return sandbox ? { index, id, result: { case: 'sandbox' as const, value: sandbox } } : { index, id };
      } catch (thrown) {
        return { index, id, result: itemError(parts, thrown, method) };
      }
    },
  );
  return { items };
};
