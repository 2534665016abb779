import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  FitnessDirection,
  type GetPopulationStatisticsResponseSchema,
  type MemberSchema,
  type NewBirth,
  type NewMember,
  type PopulationSchema,
} from '@petri/contracts/v1';
import type { MemberInfo, Newcomer, PopulationInfo, Statistics } from '@petri/population';
import { defined } from '../defined.ts';
import { reader } from './enums.ts';
import { fitnessMessage } from './fitness.ts';
import { readSha256 } from './hashes.ts';
import { uint32 } from './numbers.ts';
import type { Problems } from './problems.ts';
import { readTimestamp, timestamp } from './time.ts';

export const readDirection = reader(FitnessDirection);

export function populationMessage(info: PopulationInfo): MessageInitShape<typeof PopulationSchema> {
  const { id, tenant, generation, direction, size, parent, island, labels, createdAtMs, updatedAtMs } = info;
  return {
    id,
    tenant,
    generation: uint32(generation),
    direction: FitnessDirection[direction],
    size: uint32(size),
    parent,
    island,
    labels,
    createdAt: timestamp(createdAtMs),
    updatedAt: timestamp(updatedAtMs),
  };
}

export function memberMessage(member: MemberInfo): MessageInitShape<typeof MemberSchema> {
  const { id, genomeSha256, generation, joinedAtMs, fitness } = member;
  return {
    id,
    genomeSha256,
    generation: uint32(generation),
    joinedAt: timestamp(joinedAtMs),
    ...(fitness ? { fitness: fitnessMessage(fitness) } : {}),
  };
}

export function readNewcomer(problems: Problems, { id, genomeSha256, birth }: NewMember): Newcomer {
  return {
    id: problems.id('id', id),
    genomeSha256: readSha256(problems, 'genome_sha256', genomeSha256),
    ...(birth ? { birth: problems.within('birth', () => readBirth(problems, birth)) } : {}),
  };
}

function readBirth(problems: Problems, { parents, mutationType, island, bornAt }: NewBirth) {
  return {
    parents: problems.each('parents', parents, (id) => problems.id('', id)),
    mutationType: readMutationType(problems, mutationType),
    island: readIsland(problems, island),
    ...defined({ bornAtMs: bornAt && readTimestamp(problems, 'born_at', bornAt) }),
  };
}

const MAX_MUTATION_TYPE = 64;

export function readMutationType(problems: Problems, type: string): string {
  if (type.length > MAX_MUTATION_TYPE)
    problems.add('mutation_type', `must have at most ${MAX_MUTATION_TYPE} characters, has ${type.length}`);
  return type;
}

/** '' is none, and stays so. */
export function readIsland(problems: Problems, island: string): string {
  return island === '' ? '' : problems.id('island', island);
}

export function statisticsMessage(
  statistics: Statistics,
): MessageInitShape<typeof GetPopulationStatisticsResponseSchema> {
  const { population, scored, failed, unevaluated, summary, best, evaluators, diversity } = statistics;
  return {
    population: populationMessage(population),
    scored: uint32(scored),
    failed: uint32(failed),
    unevaluated: uint32(unevaluated),
    ...(summary ? { scores: summary } : {}),
    best,
    evaluators: uint32(evaluators),
    diversity,
  };
}
