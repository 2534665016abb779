/** What must hold of a node for all programs and all requests. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Program, programs } from './programs.ts';
import { bytesOf, IDS, methodOf, type Request, requests } from './requests.ts';
import { stepsOf } from './steps.ts';
import type { Target } from './target.ts';

/** Programs have limits of their own, and must be answered however crowded the machine is. */
const PROGRAM_MS = 60_000;
/** Requests may ask for hours: the caller's deadline ends them. */
const REQUEST_MS = 500;
const MAX_TOLD = 10;

/** So many at once: what they do to each other is part of it. */
export const somePrograms = fc.array(programs, { minLength: 1, maxLength: 6 });
export const someRequests = fc.array(requests, { minLength: 1, maxLength: 6 });

export async function survivesPrograms(target: Target, all: readonly Program[]): Promise<void> {
  const faults = await Promise.all(
    all.map((program, index) => faultsOf(target, program, `program-${index}`)),
  );
  assert.equal(faults.flat().slice(0, MAX_TOLD).join('\n'), '');
  await target.verify();
}

export async function survivesRequests(target: Target, all: readonly Request[]): Promise<void> {
  await target.populate(IDS.slice(1));
  const sent = all.map((request) => target.send(methodOf(request.rpc), bytesOf(request), REQUEST_MS));
  assert.equal((await Promise.all(sent)).flat().slice(0, MAX_TOLD).join('\n'), '');
  await target.verify();
  await target.clear();
}

async function faultsOf(target: Target, program: Program, id: string): Promise<string[]> {
  const faults: string[] = [];
  for (const { method, bytes } of stepsOf(program, id))
    faults.push(...(await target.send(method, bytes, PROGRAM_MS)));
  return faults;
}
