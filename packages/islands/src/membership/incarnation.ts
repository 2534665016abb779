import { aborted } from '@petri/core';
import type { Documents } from '../transport/transport.ts';

/** The collection of their incarnations. */
export const NODES = 'nodes';
const TRIES = 100;

/**
 * Counts the starts of a node: higher than any before, whatever the clocks of the machines say.
 *
 * @throws PetriError `aborted` if too many processes claim to be the same node.
 */
export async function nextIncarnation(documents: Documents, node: string): Promise<bigint> {
  const key = `incarnations/${node}`;
  for (let tries = 0; tries < TRIES; tries++) {
    const known = await documents.get(key);
    const next = known ? BigInt(new TextDecoder().decode(known.bytes)) + 1n : 1n;
    if (await documents.put(key, new TextEncoder().encode(String(next)), known?.revision ?? 0)) return next;
  }
  throw aborted('NODE_CONTENDED', `too many processes start as the node "${node}" at once`);
}
