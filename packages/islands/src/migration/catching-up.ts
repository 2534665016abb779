import type { IslandPopulation } from '@petri/contracts/v1';
import type { Rules } from '../policy/settings.ts';
import { isScheduled } from './schedule.ts';

/** Individuals of this population, of that island. */
export type Wish = { population: string; from: string };

type Looking = {
  /** Populations of the island itself. */
  own: readonly IslandPopulation[];
  /** Islands that send to it. */
  sources: readonly string[];
  /** What was last heard of a population elsewhere. */
  heard: (wish: Wish) => IslandPopulation | undefined;
  schedule: Rules['schedule'];
};

/**
 * Whom one island asks for migrants of itself, rather than to wait for the schedule: once each of those that send to it, when
 * it takes part again, and where its population is an interval or more behind theirs, as one that joins late is.
 */
export class CatchingUp {
  #isBack = true;
  /** Populations that have been seen with a score. */
  readonly #known = new Set<string>();
  /** Not yet asked for. `always`: however far they are. */
  readonly #open = new Map<string, Wish & { always: boolean }>();

  /** It takes part, or does so again: what waited for it meanwhile is too old. */
  begin(): void {
    this.#isBack = true;
    this.#known.clear();
    this.#open.clear();
  }

  /** Those to ask for now. Each is given again until it was `asked`. */
  wishes(looking: Looking): Wish[] {
    this.#look(looking);
    return [...this.#open.values()].filter((wish) => this.#isDue(wish, looking));
  }

  asked(wish: Wish): void {
    this.#open.delete(keyOf(wish));
  }

  #look({ own, sources }: Looking): void {
    for (const { population, bestScore } of own) {
      // Nobody is let in where there is nothing to judge by.
      if (bestScore === undefined || this.#known.has(population)) continue;
      this.#known.add(population);
      for (const from of sources) {
        const wish = { population, from };
        this.#open.set(keyOf(wish), { ...wish, always: this.#isBack });
      }
    }
    this.#isBack = false;
  }

  #isDue(wish: Wish & { always: boolean }, { own, heard, schedule }: Looking): boolean {
    const here = own.find(({ population }) => population === wish.population);
    const there = heard(wish);
    const isWanted = here !== undefined && isScheduled(schedule, wish.population);
    if (isWanted && there?.bestScore === undefined) return false;
    const interval = Math.max(1, schedule.generations);
    const isAhead = here && there && there.generation - here.generation >= interval;
    if (isWanted && (wish.always || isAhead)) return true;
    this.asked(wish);
    return false;
  }
}

function keyOf({ population, from }: Wish): string {
  return `${from}\0${population}`;
}
