import { createHash } from 'node:crypto';
import type { Genome, Module } from '@petri/contracts/v1';

/** SHA-256 over names, languages and code, whatever the order of the modules. */
export function genomeSha256(genome: Genome): string {
  const hash = createHash('sha256').update(`${genome.entry}\0`);
  for (const module of genome.modules.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const code = createHash('sha256').update(codeOf(module)).digest('hex');
    hash.update(`${module.name}\0${module.code.case ?? ''}\0${code}\0`);
  }
  return hash.digest('hex');
}

function codeOf({ code }: Module): string | Uint8Array {
  return code.value ?? '';
}
