import type { Bench } from './part.ts';

const SOURCE = `
  import { state } from 'petri:sandbox';
  state.n ??= 0;
  export const next = (x) => [++state.n, x * x + state.n];
  export const count = () => state.n;
`;

/** Sandboxes that live as long as the load, and count; and what each of them must answer next. */
export class Counters {
  readonly ids: readonly string[];
  readonly #bench: Bench;
  readonly #counts = new Map<string, number>();

  constructor(bench: Bench, name: string, size: number) {
    this.#bench = bench;
    this.ids = Array.from({ length: size }, (_, index) => `${name}-${index}`);
  }

  /** Creates them; every fourth shares an isolate with its like. */
  async create(): Promise<void> {
    const requests = this.ids.map((id, index) => {
      const realm = index % 4 === 0 ? { isolation: 'REALM' as const, population: 'counters' } : {};
      return { id, genome: SOURCE, ...realm };
    });
    const { sandboxes, tally } = this.#bench;
    for (const { id, error } of await sandboxes.batchCreate(requests))
      if (error !== undefined) tally.lose(1, `${id} was not created: ${String(error)}`);
  }

  /** What the next call of `next(x)` must answer, as JSON. */
  expect(id: string, x: number): string {
    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.set(id, count);
    return JSON.stringify([count, x * x + count]);
  }

  /** Each must stand where its last answer left it. */
  async verify(): Promise<void> {
    const { sandboxes, tally } = this.#bench;
    for (const [id, count] of this.#counts) {
      const found = await sandboxes.call(id, 'count');
      tally.answered(found === count, () => `${id} stands at ${JSON.stringify(found)}, not ${count}`);
    }
  }
}
