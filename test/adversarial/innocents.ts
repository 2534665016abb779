/** Sandboxes that count, whatever goes on beside them. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { CreateRequest, Sandboxes } from '@petri/client';

const SOURCE = `
  import { state } from 'petri:sandbox';
  state.n ??= 0;
  export const next = (x) => [++state.n, x * x + state.n];
  export const count = () => state.n;
`;
// Time for the guests, too.
const PAUSE_MS = 15;

/** Counts `count` sandboxes up, in one batch after another, and notes every answer that is not right. */
export class Innocents {
  readonly #sandboxes: Sandboxes;
  readonly #counts = new Map<string, number>();
  readonly wrong: string[] = [];
  rounds = 0;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(sandboxes: Sandboxes) {
    this.#sandboxes = sandboxes;
  }

  async start(count: number): Promise<void> {
    const requests = Array.from({ length: count }, (_, index): CreateRequest => {
      // One in four shares an isolate with others, hostile ones among them.
      const realm = index % 4 === 0 ? { isolation: 'REALM' as const, population: 'everybody' } : {};
      return { id: `innocent-${index}`, genome: SOURCE, ...realm };
    });
    for (const { id, sandbox, error } of await this.#sandboxes.batchCreate(requests)) {
      assert.ok(sandbox, String(error));
      this.#counts.set(id, 0);
    }
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#round().catch((thrown: unknown) => this.wrong.push(`a batch failed: ${String(thrown)}`));
      this.rounds++;
      await pause(PAUSE_MS);
    }
  }

  async #round(): Promise<void> {
    const argument = this.rounds % 1000;
    const entries = [...this.#counts.keys()].map((id) => ({ id }));
    const spec = { function: 'next', arguments: [argument] };
    let answers = 0;
    for await (const { id, run, error } of this.#sandboxes.batchRun(entries, { spec })) {
      answers++;
      const count = (this.#counts.get(id) ?? 0) + 1;
      const right =
        run?.outcome === 'COMPLETED' &&
        JSON.stringify(run.value) === JSON.stringify([count, argument ** 2 + count]);
      if (right) this.#counts.set(id, count);
      else this.wrong.push(`${id} at ${count}: ${JSON.stringify(run ?? String(error))}`);
    }
    if (answers !== this.#counts.size) this.wrong.push(`${answers} answers of ${this.#counts.size}`);
  }

  /** A newcomer, who finds everything in order. */
  async probe(): Promise<void> {
    const { id } = await this.#sandboxes.create({ genome: SOURCE });
    assert.deepEqual(await this.#sandboxes.call(id, 'next', 5), [1, 26]);
    assert.deepEqual(await this.#sandboxes.call(id, 'next', 6), [2, 38]);
    await this.#sandboxes.destroy(id);
    assert.deepEqual(this.wrong, []);
  }

  /** Ends counting. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Ends counting. Every sandbox must be where its last answer left it. */
  async verify(): Promise<void> {
    await this.stop();
    for (const [id, count] of this.#counts) assert.equal(await this.#sandboxes.call(id, 'count'), count, id);
    assert.deepEqual(this.wrong, []);
  }
}
