import type { Edge } from '@petri/contracts/v1';
import { seeded } from '../policy/random.ts';
import type { Rules } from '../policy/settings.ts';

/** Undefined before the first look: a population that is new to an island sends nothing at once. */
type Last = { generation: number; at: number };

/** When each population of each island is to send next. */
export class Timetable {
  readonly #last = new Map<string, Last>();

  /** Whether it is time, which counts as having sent. `now` is of a monotonic clock, in milliseconds. */
  due(
    place: string,
    population: string,
    generation: number,
    now: number,
    schedule: Rules['schedule'],
  ): boolean {
    const { generations, intervalMs } = schedule;
    const key = `${place}\0${population}`;
    const last = this.#last.get(key);
    // A population that began anew starts to count anew.
    if (!last || generation < last.generation) {
      this.#last.set(key, { generation, at: now });
      return false;
    }
    if (!isScheduled(schedule, population)) return false;
    const byGeneration = generations > 0 && generation - last.generation >= generations;
    const byTime = intervalMs > 0 && now - last.at >= intervalMs;
    if (!byGeneration && !byTime) return false;
    this.#last.set(key, { generation: byGeneration ? generation : last.generation, at: now });
    return true;
  }
}

/** Whether it migrates by itself at all. */
export function isScheduled(
  { generations, intervalMs, populations }: Rules['schedule'],
  population: string,
): boolean {
  const isCovered = populations.length === 0 || populations.includes(population);
  return isCovered && (generations > 0 || intervalMs > 0);
}

/** Those of the edges that are taken this time. */
export function taken(edges: readonly Edge[], ...occasion: (string | number)[]): Edge[] {
  const random = seeded(...occasion);
  return edges.filter(({ probability = 1 }) => random() < probability);
}
