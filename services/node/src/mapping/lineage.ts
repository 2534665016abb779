import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type BirthEntry,
  type IndividualSchema,
  LineageFormat,
  type RelativeSchema,
} from '@petri/contracts/v1';
import type { BirthSpec, Individual, RelativeInfo, RelativesQuery } from '@petri/population';
import { defined } from '../defined.ts';
import { reader } from './enums.ts';
import { readSha256 } from './hashes.ts';
import { uint32 } from './numbers.ts';
import { readIsland, readMutationType } from './population.ts';
import { mapped, type Problems } from './problems.ts';
import { readTimestamp, timestamp } from './time.ts';

export const readLineageFormat = reader(LineageFormat);

export function individualMessage(individual: Individual): MessageInitShape<typeof IndividualSchema> {
  const { id, birth, depth, children } = individual;
  const known = { id, foreign: birth === undefined, depth: uint32(depth), children: uint32(children) };
  if (!birth) return known;
  return {
    ...known,
    parents: [...birth.parents],
    mutationType: birth.mutationType,
    generation: uint32(birth.generation),
    island: birth.island,
    population: birth.population,
    genomeSha256: birth.genomeSha256,
    bornAt: timestamp(birth.bornAtMs),
  };
}

export function relativeMessage(relative: RelativeInfo): MessageInitShape<typeof RelativeSchema> {
  return { individual: individualMessage(relative), distance: uint32(relative.distance) };
}

export function readBirthEntry(problems: Problems, message: BirthEntry): BirthSpec {
  const { id, parents, mutationType, generation, island, population, genomeSha256, bornAt } = message;
  return {
    id: problems.id('id', id),
    parents: problems.each('parents', parents, (parent) => problems.id('', parent)),
    mutationType: readMutationType(problems, mutationType),
    island: readIsland(problems, island),
    population: population === '' ? '' : problems.id('population', population),
    genomeSha256: readSha256(problems, 'genome_sha256', genomeSha256),
    ...defined({ generation, bornAtMs: bornAt && readTimestamp(problems, 'born_at', bornAt) }),
  };
}

type RelativesRequest = { id: string; maxDepth?: number | undefined; limit: number };

/** What both directions of a search have in common. */
export function readRelatives(request: RelativesRequest): { id: string; query: RelativesQuery } {
  const { maxDepth, limit } = request;
  return mapped((problems) => {
    if (maxDepth === 0) problems.add('max_depth', 'must be 1 or more');
    return {
      id: problems.id('id', request.id),
      query: defined({ maxDepth, limit: limit === 0 ? undefined : limit }),
    };
  });
}
