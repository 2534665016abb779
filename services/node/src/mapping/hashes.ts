import type { Problems } from './problems.ts';

/** '' is an unknown one. */
export function readSha256(problems: Problems, field: string, hash: string): string {
  if (hash !== '' && !/^[0-9a-f]{64}$/.test(hash))
    problems.add(field, 'must be 64 lower-case hexadecimal digits');
  return hash;
}
