import { create, toBinary } from '@bufbuild/protobuf';
import { SandboxSchema } from '@petri/contracts/v1';
import { PetriError } from '@petri/core';
import type { SandboxRuntime } from '@petri/sandbox';
import { sandboxMessage } from './mapping/sandbox.ts';

/** A status fits into trailers of 8 KiB, along with everything else it says. */
const MAX_RECORD_BYTES = 1536;

/** Runs `make`; if a sandbox is in its way, ALREADY_EXISTS carries that sandbox's record. */
export async function showingExisting<T>(runtime: SandboxRuntime, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    const error = PetriError.from(thrown);
    if (error.code !== 'already_exists' || error.resource?.type !== 'sandbox') throw thrown;
    throw withRecord(runtime, error, error.resource.name);
  }
}

function withRecord(runtime: SandboxRuntime, error: PetriError, id: string): PetriError {
  try {
    const { code, message, reason, resource, metadata } = error;
    const attached = [{ typeName: SandboxSchema.typeName, bytes: record(runtime, id) }];
    return new PetriError(code, message, {
      reason,
      ...(resource ? { resource } : {}),
      metadata,
      attached,
      cause: error,
    });
  } catch {
    return error; // it was destroyed meanwhile
  }
}

/** A record too large to ride along goes without its modules, labels and scan, which GetSandbox has. */
function record(runtime: SandboxRuntime, id: string): Uint8Array {
  const message = sandboxMessage(runtime.get(id));
  const bytes = toBinary(SandboxSchema, create(SandboxSchema, message));
  if (bytes.length <= MAX_RECORD_BYTES) return bytes;
  const { scan: _, ...rest } = message;
  return toBinary(SandboxSchema, create(SandboxSchema, { ...rest, modules: [], labels: {} }));
}
