import { createHash } from 'node:crypto';
import type { Genome, Module } from '@petri/contracts/v1';

/**
 * SHA-256 of a genome, as nodes know their sandboxes by: that of its code if it is one module, else of the entry's name
 * and of all names and hashes. The language is part of it, as the same text means different code.
 */
export function genomeSha256({ modules, entry }: Genome): string {
  if (modules.length === 1) return codeSha256(modules[0]!);
  const hash = createHash('sha256').update(`${entry}\n`);
  for (const module of modules.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${module.name} ${codeSha256(module)}\n`);
  }
  return hash.digest('hex');
}

function codeSha256({ code }: Module): string {
  const hash = createHash('sha256');
  if (code.case !== undefined && code.case !== 'javascript') hash.update(`${code.case}\0`);
  return hash.update(code.value ?? '').digest('hex');
}
