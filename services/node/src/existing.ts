import { create, toBinary } from '@bufbuild/protobuf';
import { SandboxSchema } from '@petri/contracts/v1';
import { PetriError } from '@petri/core';
import type { TenantView } from './tenants/view.ts';
import { sandboxMessage } from './mapping/sandbox.ts';

/** A status fits into trailers of 8 KiB, along with everything else it says. */
const MAX_RECORD_BYTES = 1536;

/** Runs `make`; if a sandbox is in its way, ALREADY_EXISTS carries that sandbox's record. */
export async function showingExisting<T>(sandboxes: TenantView, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    const error = PetriError.from(thrown);
    if (error.code !== 'already_exists' || error.resource?.type !== 'sandbox') throw thrown;
    throw withRecord(sandboxes, error, error.resource.name);
  }
}

function withRecord(sandboxes: TenantView, error: PetriError, id: string): PetriError {
  try {
    const { code, message, reason, resource, metadata } = error;
    const attached = [{ typeName: SandboxSchema.typeName, bytes: record(sandboxes, id) }];
    return new PetriError(code, message, {
      reason,
      ...(resource ? { resource } : {}),
      metadata,
      attached,
      cause: error,
    });
  } catch {
    return error; // it was destroyed meanwhile, or is another tenant's
  }
}

/** A record too large to ride along goes without its modules, labels and scan, which GetSandbox has. */
function record(sandboxes: TenantView, id: string): Uint8Array {
  const message = sandboxMessage(sandboxes.get(id));
  const bytes = toBinary(SandboxSchema, create(SandboxSchema, message));
  if (bytes.length <= MAX_RECORD_BYTES) return bytes;
  const { scan: _, ...rest } = message;
  return toBinary(SandboxSchema, create(SandboxSchema, { ...rest, modules: [], labels: {} }));
}
