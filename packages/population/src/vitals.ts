import { diversityOf, type Diversity } from './diversity.ts';
import type { IndividualSandboxes } from './individuals.ts';
import type { PopulationState, State } from './state.ts';
import { summarise } from './statistics.ts';
import { Turns } from './turns.ts';

/** Genomes asked for without a pause. */
const GENOMES = 2_000;

/** How all populations are, together. */
export type Census = {
  populations: number;
  /** Members with a score, whose evaluation failed, and without any fitness. */
  members: { scored: number; failed: number; unevaluated: number };
};

/** How one population is, at a glance. */
export type Vitals = {
  generation: number;
  size: number;
  /** Absent if no member has a score. */
  scores?: { best: number; mean: number; median: number; worst: number };
  diversity: Diversity;
};

export function censusOf({ populations }: State): Census {
  const members = { scored: 0, failed: 0, unevaluated: 0 };
  for (const { members: all, fitness, ranking } of populations.values()) {
    members.scored += ranking.size;
    members.failed += fitness.size - ranking.size;
    members.unevaluated += all.size - fitness.size;
  }
  return { populations: populations.size, members };
}

/** Asked again and again, of populations of any size: everything else has its turn meanwhile. */
export async function vitalsOf(
  { population, members, ranking }: PopulationState,
  sandboxes: IndividualSandboxes,
): Promise<Vitals> {
  const { generation, tenant } = population;
  const scores = ranking.sorted().map(({ score }) => score);
  const present = [...members.values()];
  const genomes: string[] = [];
  const turns = new Turns(GENOMES);
  for (const { id, genomeSha256 } of present) {
    const own = sandboxes.tenantOf(id) === tenant ? sandboxes.genomeOf(id) : undefined;
    genomes.push(own ?? genomeSha256);
    if (turns.due()) await turns.next();
  }
  const vitals = { generation, size: present.length, diversity: diversityOf(genomes) };
  if (scores.length === 0) return vitals;
  const [best, worst] = [scores[0]!, scores.at(-1)!];
  const { mean, median } = summarise(best <= worst ? scores : scores.toReversed(), [], 1);
  return { ...vitals, scores: { best, mean, median, worst } };
}
