import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fmtCreds } from '@nats-io/jwt';
import { createUser } from '@nats-io/nkeys';
import { idViolation, invalid } from '@petri/core';
import type { NatsIdentity } from '@petri/islands';
import { SECRET, writeWhole } from './files.ts';
import type { Hierarchy } from './hierarchy.ts';

/** Makes credentials, key and all, in `<directory>/<name>.creds`: for those who get them as secrets, as Kubernetes does. */
export async function issue(hierarchy: Hierarchy, directory: string, identities: readonly NatsIdentity[]) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const identity of identities) {
    const key = createUser();
    const jwt = await hierarchy.vouch(identity, key.getPublicKey());
    writeWhole(join(directory, `${identity.name}.creds`), fmtCreds(jwt, key), SECRET);
  }
}

const SHAPE = 'must be "node:", "leader:" or "coordinator:" and a name';

/**
 * "node:a", "node:a=east+west" for one with these islands, "leader:a" for a node that may lead, "coordinator:c".
 *
 * @throws PetriError `invalid_argument`.
 */
export function identityOf(text: string): NatsIdentity {
  const [, kind, name = '', islands] = /^(node|leader|coordinator):([^=]*)(?:=(.*))?$/.exec(text) ?? [];
  const named = [name, ...(islands?.split('+') ?? [])];
  const violation = named.map((id) => idViolation(text, id)).find((found) => found !== undefined);
  if (kind === undefined) throw invalid([{ field: text, description: SHAPE }]);
  if (violation) throw invalid([violation]);
  if (kind === 'coordinator') return { role: kind, name };
  return { role: 'node', name, islands: islands?.split('+') ?? [name], mayLead: kind === 'leader' };
}
