import type { MessageInitShape } from '@bufbuild/protobuf';
import type { DestroySandboxResponseSchema } from '@petri/contracts/v1';
import { PetriError } from '@petri/core';
import type { TenantView } from '../tenants/view.ts';
import { defined } from '../defined.ts';
import { mapped } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import type { SandboxRoute } from '../parts.ts';

type Options = { graceMs?: number | undefined; allowMissing: boolean };

export const destroySandbox: SandboxRoute<'destroySandbox'> =
  ({ sandboxesOf, idempotency }) =>
  (request, context) => {
    const sandboxes = sandboxesOf(context);
    return idempotency.once('DestroySandbox', sandboxes.tenant, request, async () => {
      const id = mapped((problems) => problems.id('id', request.id));
      return destroy(sandboxes, id, request);
    });
  };

/** The answer to a destruction; empty if there was nothing to destroy and that is allowed. */
export async function destroy(
  sandboxes: TenantView,
  id: string,
  { graceMs, allowMissing }: Options,
): Promise<MessageInitShape<typeof DestroySandboxResponseSchema>> {
  try {
    const { sandbox, stopError } = await sandboxes.destroy(id, defined({ graceMs }));
    return defined({ sandbox: sandboxMessage(sandbox), stopError });
  } catch (thrown) {
    if (allowMissing && PetriError.from(thrown).code === 'not_found') return {};
    throw thrown;
  }
}
