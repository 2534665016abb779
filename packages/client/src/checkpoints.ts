import type { ServiceClient } from '@petri/contracts';
import type { PopulationService } from '@petri/contracts/v1';
import { readChunks, writeAtomically } from './checkpoint-file.ts';
import type { Bounds, CallOptions, Repeatable } from './options.ts';
import { population, type Population } from './population.ts';
import { present } from './present.ts';

export type PopulationClient = ServiceClient<typeof PopulationService>;

/** What came out of a file. */
export type RestoredPopulation = {
  population: Population;
  sandboxes: number;
  /** Births that were not recorded already. */
  births: number;
  formerMembers: number;
  /** Sandboxes that were not pinned already. */
  pins: number;
};

/** Whole populations as files. */
export class Checkpoints {
  protected readonly client: PopulationClient;
  protected readonly bounds: Bounds;

  constructor(client: PopulationClient, bounds: Bounds) {
    this.client = client;
    this.bounds = bounds;
  }

  /**
   * Writes all of a population as it is at one moment into a file: members and generation, fitness, lineage, pins, and the
   * sandboxes of the members. A file of that name is replaced once the new one is complete. Without a deadline of its own.
   *
   * @returns its size
   * @throws PetriError `not_found`; Error of the file system
   */
  async checkpoint(id: string, file: string, options: CallOptions = {}): Promise<{ bytes: number }> {
    const stream = this.client.exportPopulation({ population: id }, this.bounds(unbounded(options)));
    return { bytes: await writeAtomically(file, chunksOf(stream)) };
  }

  /**
   * The population of such a file, of this node or another, with its sandboxes: all of it, or nothing. `id` is the id of
   * the new population, by default that of the file; other ids stay. Without a deadline of its own.
   *
   * @throws PetriError `already_exists`, reason CHECKPOINT_CONFLICTS, with all that is there already in `violations`;
   *   `invalid_argument`, reason CHECKPOINT_FOREIGN, CHECKPOINT_TRUNCATED or CHECKPOINT_DAMAGED; `failed_precondition`,
   *   reason CHECKPOINT_TOO_NEW; `resource_exhausted`; Error of the file system
   */
  async restore(
    file: string,
    options: CallOptions & Repeatable & { id?: string } = {},
  ): Promise<RestoredPopulation> {
    const { id = '', requestId = '' } = options;
    const requests = importRequests(file, { id, requestId });
    const answer = await this.client.importPopulation(requests, this.bounds(unbounded(options)));
    const { sandboxes, births, formerMembers, pins } = answer;
    return { population: population(present(answer.population)), sandboxes, births, formerMembers, pins };
  }
}

/** How long a population takes depends on its size. */
function unbounded({ deadlineMs = Infinity, signal }: CallOptions): CallOptions {
  return { deadlineMs, signal };
}

async function* chunksOf(messages: AsyncIterable<{ chunk: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { chunk } of messages) yield chunk;
}

async function* importRequests(file: string, options: { id: string; requestId: string }) {
  yield { part: { case: 'options' as const, value: options } };
  for await (const value of readChunks(file)) yield { part: { case: 'chunk' as const, value } };
}
