import { fromBinary } from '@bufbuild/protobuf';
import { SandboxSchema } from '@petri/contracts/v1';
import type { PetriError } from '@petri/core';
import type { Outcome } from './enums.ts';
import type { GuestError, Logs, Receipt, RunResult } from './run.ts';
import { sandbox, type Sandbox } from './sandbox.ts';

/** Thrown by `call` when the guest did not complete: the guest's fault, where a PetriError is the caller's or the system's. */
export class GuestFailure extends Error {
  override readonly name = 'GuestFailure';
  readonly outcome: Exclude<Outcome, 'COMPLETED'>;
  /** The guest's error, as it was normalised. */
  readonly error: GuestError;
  readonly logs: Logs | undefined;
  readonly receipt: Receipt;

  constructor({ outcome, error, logs, receipt }: Extract<RunResult, { error: GuestError }>) {
    const said = [error.name, error.message].filter((text) => text !== '').join(': ');
    super(`the guest ended with ${outcome}: ${said || receipt.reason || 'no reason given'}`);
    this.outcome = outcome;
    this.error = error;
    this.logs = logs;
    this.receipt = receipt;
  }
}

/**
 * The sandbox that is in the way, from an `already_exists` of `create` or `import`; undefined for any other error. A
 * large record comes without its modules and labels.
 */
export function existingSandbox({ attached }: PetriError): Sandbox | undefined {
  const record = attached.find(({ typeName }) => typeName === SandboxSchema.typeName);
  return record && sandbox(fromBinary(SandboxSchema, record.bytes));
}
