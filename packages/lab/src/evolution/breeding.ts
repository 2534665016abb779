import { rampedTree, randomLeaf, randomTree } from '../gp/grow.ts';
import type { Grammar } from '../gp/primitives.ts';
import type { Tree } from '../gp/tree.ts';
import {
  crossover,
  hoist,
  mutatePoint,
  mutateSubtree,
  perturbConstants,
  shrink,
  withinLimits,
  wrap,
} from '../gp/vary.ts';
import type { Limits } from '../gp/vary.ts';
import type { Individual, Offspring } from './individual.ts';
import { Rng } from './rng.ts';
import { elite, tournament } from './selection.ts';
import type { Operators, Settings } from './settings.ts';

/** Tries at a tree within the limits before something smaller is taken instead. */
const TRIES = 5;

/** Ancestors that an individual is recorded with; of more, those of its mother count. */
const MAX_DESCENT = 8;

/** Each slot draws from a stream of its own, so no slot's tree depends on another's draws. */
export function firstGeneration(
  grammar: Grammar,
  settings: Settings,
  seed: string,
  generation: number,
): Offspring[] {
  const { population, initial, limits } = settings;
  return slots(population, (slot) => {
    const rng = Rng.of(seed, generation, slot);
    return fresh(bounded(limits, () => rampedTree(grammar, initial, slot, rng)) ?? randomLeaf(grammar, rng));
  });
}

export function nextGeneration(
  parents: readonly Individual[],
  grammar: Grammar,
  settings: Settings,
  seed: string,
  generation: number,
): Offspring[] {
  const best = elite(parents, settings.elite);
  const tuned = best.length + Math.round(settings.population * settings.tunedShare);
  const immigrants = tuned + Math.round(settings.population * settings.immigrantShare);
  return slots(settings.population, (slot) => {
    const survivor = best[slot];
    if (survivor !== undefined) return survivor;
    const rng = Rng.of(seed, generation, slot);
    if (slot < tuned) {
      const { tree, descent } = best[slot % best.length] as Individual;
      return { tree: perturbConstants(tree, grammar, rng), descent };
    }
    if (slot < immigrants) return immigrant(grammar, settings, rng);
    return child(parents, grammar, settings, rng);
  });
}

function immigrant(grammar: Grammar, { initial, limits }: Settings, rng: Rng): Offspring {
  return fresh(
    bounded(limits, () => randomTree(grammar, 'grow', initial.maxDepth, rng)) ?? randomLeaf(grammar, rng),
  );
}

function child(parents: readonly Individual[], grammar: Grammar, settings: Settings, rng: Rng): Offspring {
  const { operators, limits, tournament: rounds } = settings;
  const mother = tournament(parents, rounds, rng);
  let father: Individual | undefined;
  const select = (): Tree => (father = tournament(parents, rounds, rng)).tree;
  const tree = bounded(limits, () => {
    father = undefined;
    return vary(weighted(operators, rng), mother.tree, select, grammar, rng);
  });
  if (tree === undefined) return mother;
  const { descent: fathers } = father ?? mother;
  return { tree, descent: [...new Set([...mother.descent, ...fathers])].slice(0, MAX_DESCENT) };
}

function fresh(tree: Tree): Offspring {
  return { tree, descent: [] };
}

/** The first tree within the limits out of a few tries. */
function bounded(limits: Limits, make: () => Tree): Tree | undefined {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const tree = make();
    if (withinLimits(tree, limits)) return tree;
  }
  return undefined;
}

function vary(operator: keyof Operators, mother: Tree, select: () => Tree, grammar: Grammar, rng: Rng): Tree {
  switch (operator) {
    case 'crossover':
      return crossover(mother, select(), rng);
    case 'subtree':
      return mutateSubtree(mother, grammar, rng);
    case 'point':
      return mutatePoint(mother, grammar, rng);
    case 'hoist':
      return hoist(mother, rng);
    case 'shrink':
      return shrink(mother, grammar, rng);
    case 'constants':
      return perturbConstants(mother, grammar, rng);
    case 'wrap':
      return wrap(mother, grammar, rng);
  }
}

function weighted(operators: Operators, rng: Rng): keyof Operators {
  const entries = Object.entries(operators) as [keyof Operators, number][];
  let mark = rng.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [operator, weight] of entries) {
    mark -= weight;
    if (mark < 0) return operator;
  }
  return 'crossover';
}

function slots(count: number, fill: (slot: number) => Offspring): Offspring[] {
  return Array.from({ length: count }, (_, slot) => fill(slot));
}
