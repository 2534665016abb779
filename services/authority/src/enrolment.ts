import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { decode, fmtCreds, parseCreds } from '@nats-io/jwt';
import { createUser, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { failedPrecondition, unavailable } from '@petri/core';
import { PUBLIC, readShort, SECRET, writeWhole } from './files.ts';
import { issuedName, REQUEST } from './papers.ts';

export type Enrolment = {
  name: string;
  /** The directory of requests of the role that is asked for. */
  requests: string;
  issued: string;
  /** Where the credentials are kept, which NATS is shown. */
  out: string;
  /** How long to wait, in milliseconds. Default: longer than an authority takes to start. */
  patienceMs?: number;
};

const MAX_BYTES = 64 * 1024;
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/**
 * Asks the desk for an identity and keeps it, unless there is one of that name already.
 *
 * @throws PetriError `unavailable` if nobody answers, `failed_precondition` if the name is another's.
 */
export async function enrol(enrolment: Enrolment): Promise<void> {
  const { name, requests, issued, out, patienceMs = PATIENCE_MS } = enrolment;
  if ((await nameIn(out)) === name) return;
  const seed = `${out}.${name}.seed`;
  const key = keyFor(seed);
  writeWhole(join(requests, name + REQUEST), key.getPublicKey(), PUBLIC);
  const jwt = await answered(join(issued, issuedName(name)), patienceMs);
  if (decode(jwt).sub !== key.getPublicKey()) {
    throw failedPrecondition('NAME_TAKEN', `the name "${name}" is another's: choose one that nobody had`);
  }
  writeWhole(out, fmtCreds(jwt, key), SECRET);
  rmSync(seed);
}

async function nameIn(creds: string): Promise<string | undefined> {
  const content = readShort(creds, MAX_BYTES);
  return content && (await parseCreds(new TextEncoder().encode(content))).uc.name;
}

/** Kept before it is shown to anybody: who is interrupted asks again with the same. */
function keyFor(path: string): KeyPair {
  const seed = readShort(path, MAX_BYTES);
  if (seed !== undefined) return fromSeed(new TextEncoder().encode(seed));
  const made = createUser();
  writeWhole(path, made.getSeed(), SECRET);
  return made;
}

async function answered(path: string, patienceMs: number): Promise<string> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const jwt = readShort(path, MAX_BYTES);
    if (jwt !== undefined) return jwt;
    if (performance.now() > deadline) {
      throw unavailable('NO_AUTHORITY', `nobody put ${path} there: is the authority running?`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
