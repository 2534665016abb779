/** What of a sandbox decides whether it is garbage. */
export type SandboxFacts = {
  id: string;
  createdAtMs: number;
  /** When it last did anything, or anything was done to it. */
  usedAtMs: number;
  /** Whether it runs something, or is being changed. */
  busy: boolean;
  /** Since when it has been in ERROR. */
  failedAtMs?: number;
  pinned: boolean;
  /** Of any population, now. */
  member: boolean;
  /** Generations since it was last a member of one: the fewest, of several populations. */
  generationsAgo?: number;
  /** When the last population that it was of was deleted. */
  orphanedAtMs?: number;
};

/** 0 turns a rule off. */
export type GarbageRules = {
  /** How long a sandbox lives, whatever it does. */
  maxAgeMs: number;
  /** How long one that failed is kept to be looked at. */
  failedMs: number;
  /** Generations that are kept, the present one among them. */
  retainGenerations: number;
  /** How long one outlives its population. */
  abandonedMs: number;
  /** How long one may go unused. */
  idleMs: number;
};

export type GarbageReason = 'EXPIRED' | 'FAILED' | 'GENERATION' | 'ABANDONED' | 'IDLE' | 'MEMORY';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const DEFAULT_RULES: GarbageRules = {
  // A sandbox is no database: what is to last longer is exported, or pinned.
  maxAgeMs: 7 * 24 * HOUR,
  // Long enough for somebody who was told to look.
  failedMs: HOUR,
  // The original's gc_retain_generations.
  retainGenerations: 3,
  // A population deleted by mistake can still be made again of its sandboxes.
  abandonedMs: 10 * MINUTE,
  // What was begun in the evening is there in the morning.
  idleMs: 24 * HOUR,
};

/** Why a sandbox is garbage, or undefined if it is none. What runs and what is pinned never is. */
export function garbageReason(
  facts: SandboxFacts,
  rules: GarbageRules,
  { nowMs, memoryIsShort }: { nowMs: number; memoryIsShort: boolean },
): GarbageReason | undefined {
  if (facts.busy || facts.pinned) return undefined;
  const { createdAtMs, usedAtMs, failedAtMs, member, generationsAgo, orphanedAtMs } = facts;
  const over = (since: number | undefined, ms: number) =>
    since !== undefined && ms > 0 && nowMs - since >= ms;
  if (over(createdAtMs, rules.maxAgeMs)) return 'EXPIRED';
  if (over(failedAtMs, rules.failedMs)) return 'FAILED';
  // Whoever is a member is in use, however long ago it ran.
  if (member) return undefined;
  const { retainGenerations } = rules;
  if (generationsAgo !== undefined && retainGenerations > 0 && generationsAgo >= retainGenerations)
    return 'GENERATION';
  if (over(orphanedAtMs, rules.abandonedMs)) return 'ABANDONED';
  if (over(usedAtMs, rules.idleMs)) return 'IDLE';
  const hasLeft = generationsAgo !== undefined || orphanedAtMs !== undefined;
  return memoryIsShort && hasLeft ? 'MEMORY' : undefined;
}

/** A sandbox that holds an isolate. */
export type Resident = { id: string; usedAtMs: number; busy: boolean; bytes: number };

/** Whose isolates to drop to free so many bytes: the least recently used ones, and never one that runs. */
export function toHibernate(residents: readonly Resident[], bytesToFree: number): string[] {
  const chosen: string[] = [];
  let freed = 0;
  for (const { id, bytes } of residents.filter(({ busy }) => !busy).sort(leastRecentlyUsed)) {
    if (freed >= bytesToFree) break;
    chosen.push(id);
    freed += bytes;
  }
  return chosen;
}

function leastRecentlyUsed(a: Resident, b: Resident): number {
  return a.usedAtMs - b.usedAtMs || (a.id < b.id ? -1 : 1);
}
