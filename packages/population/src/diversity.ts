export type Diversity = {
  /** Members whose genome is known. */
  known: number;
  distinct: number;
  /** distinct / known: 1 if no two are the same, 0 if none is known. */
  ratio: number;
  /** Shannon's, of how often each genome occurs, in bits: 0 if all are the same, log2(known) if none are. */
  entropyBits: number;
};

/** Of the hashes of genomes; '' is an unknown one. */
export function diversityOf(hashes: Iterable<string>): Diversity {
  const counts = new Map<string, number>();
  let known = 0;
  for (const hash of hashes) {
    if (hash === '') continue;
    known++;
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  let entropyBits = 0;
  for (const count of counts.values()) entropyBits += (count / known) * Math.log2(known / count);
  return { known, distinct: counts.size, ratio: known === 0 ? 0 : counts.size / known, entropyBits };
}
