import { createHash } from 'node:crypto';
import { type Migrant, type MigrantReport, Verdict } from '@petri/contracts/v1';
import { PetriError } from '@petri/core';
import type { Evaluated } from '../policy/individual.ts';
import { seeded } from '../policy/random.ts';
import { place, type Placement } from '../policy/replacement.ts';
import type { Rules } from '../policy/settings.ts';
import { check } from './checks.ts';
import type { Assessed, IslandPort } from './port.ts';
import { Refusal } from './refusal.ts';

export type AdmissionOptions = {
  island: string;
  port: IslandPort;
  /** In force now. */
  rules: () => Rules & { epoch: bigint };
};

export type Judgement = Pick<MigrantReport, 'verdict' | 'reason' | 'message' | 'admittedAs'>;

/** How a migrant came. */
export type Journey = { sender: string; ageMs: number };

/** Lets migrants into one island, or says why not. The same migrant may be judged again, after a crash at any point. */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Rejects for what may be different the next time. */
  async judge(migrant: Migrant, journey: Journey): Promise<Judgement> {
    try {
      return await this.#admit(migrant, journey);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (!refusal) throw thrown;
      return refused(refusal);
    }
  }

  async #admit(migrant: Migrant, journey: Journey): Promise<Judgement> {
    const { island, port, rules } = this.#options;
    const { population, genomeSha256 } = migrant;
    const { epoch, maxHops, capacity, replacement, trustScores } = rules();
    const residents = await port.individuals(island, population);
    const id = idOf(migrant);
    const admitted = { verdict: Verdict.ADMITTED, reason: '', message: '', admittedAs: id } as const;
    const arrived = residents.find((resident) => resident.id === id);
    if (arrived?.merit !== undefined) {
      // Before a crash, or before whoever keeps the population could say so: what is lacking is made good.
      await port.admit(island, population, { id, migrant, fitness: migrant.fitness!, givesWay: undefined });
      return admitted;
    }
    // It was let in before a crash, and has left since: who goes does not come back by the same message.
    if (!arrived && (await port.hasAdmitted(island, population, id))) return admitted;
    // Whoever is here was in order when it came, whatever has changed since.
    if (!arrived) {
      const evaluatorSha256 = await port.evaluatorOf(island, population);
      check(migrant, { ...journey, island, epoch, maxHops, evaluatorSha256 });
    }
    if (!arrived && residents.some((resident) => resident.genomeSha256 === genomeSha256)) {
      return { verdict: Verdict.DUPLICATE, reason: '', message: '', admittedAs: '' };
    }
    const assessed = trustScores
      ? await port.believe(island, population, migrant.fitness!)
      : await port.evaluate(island, population, migrant);
    const random = seeded(migrant.migration, genomeSha256);
    const placement: Placement = arrived
      ? { admitted: true, givesWay: undefined }
      : place(replacement, residents, immigrant(id, migrant, assessed), capacity, random);
    if (!placement.admitted)
      throw new Refusal('NOT_BETTER', 'it is not better than whoever it would replace');
    const { givesWay } = placement;
    await port.admit(island, population, { id, migrant, fitness: assessed.fitness, givesWay });
    return admitted;
  }
}

export function refused({ reason, message }: Pick<Refusal, 'reason' | 'message'>): Judgement {
  return { verdict: Verdict.REJECTED, reason, message, admittedAs: '' };
}

function immigrant(id: string, { genomeSha256 }: Migrant, { merit, behaviour }: Assessed): Evaluated {
  return { id, genomeSha256, merit, behaviour };
}

/** The same however often the migrant is delivered, and different for every other. */
function idOf({ migration, genomeSha256, to }: Migrant): string {
  const digest = createHash('sha256').update(`${migration}\0${genomeSha256}\0${to}`).digest('hex');
  return `migrant-${digest.slice(0, 24)}`;
}

/** Undefined for what may be different the next time. */
function refusalOf(thrown: unknown): Pick<Refusal, 'reason' | 'message'> | undefined {
  if (thrown instanceof Refusal) return thrown;
  const final = thrown instanceof PetriError && ['not_found', 'invalid_argument'].includes(thrown.code);
  return final ? thrown : undefined;
}
