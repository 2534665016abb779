import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  type BirthEntry,
  type CheckpointFormerMember,
  type CheckpointPin,
  type CheckpointRecord,
  CheckpointRecordSchema,
  type Fitness as FitnessMessage,
  type Member as MemberMessage,
  type Population as PopulationMessage,
  type SandboxError as SandboxErrorMessage,
} from '@petri/contracts/v1';
import { resourceExhausted } from '@petri/core';
import {
  type Checkpoint,
  type Fitness,
  MAX_ADJUSTMENTS,
  MAX_COMPONENTS,
  MAX_PARENTS,
  MAX_TESTS,
  type Member,
  type MemberInfo,
  type Population,
} from '@petri/population';
import type { CapturedSandbox, SandboxError } from '@petri/sandbox';
import { MAX_RECORD_BYTES, MAX_ROWS_BYTES } from '../checkpoint/format.ts';
import { archiveMessage } from './archive.ts';
import { readResult } from './fitness.ts';
import { readSha256 } from './hashes.ts';
import { readLabels } from './labels.ts';
import { readBirthEntry } from './lineage.ts';
import { memberMessage, populationMessage, readDirection, readIsland } from './population.ts';
import type { Problems } from './problems.ts';
import { sandboxErrorMessage } from './sandbox.ts';
import { readTimestamp, timestamp } from './time.ts';

type Init = MessageInitShape<typeof CheckpointRecordSchema>['record'];
export type RecordKind = NonNullable<CheckpointRecord['record']['case']>;

/** In the order in which they are in a file. */
export const RECORD_KINDS: readonly RecordKind[] = [
  'header',
  'member',
  'formerMember',
  'birth',
  'pin',
  'sandbox',
];

export type Taken = {
  checkpoint: Checkpoint;
  sandboxes: readonly CapturedSandbox[];
  exportedAtMs: number;
  nodeVersion: string;
};

/** The records of a checkpoint, encoded one after another. */
export function* recordBytes(taken: Taken): Generator<Uint8Array, void, void> {
  const rows = new RowBudget();
  for (const record of records(taken)) {
    const bytes = toBinary(CheckpointRecordSchema, create(CheckpointRecordSchema, { record }));
    if (bytes.length > MAX_RECORD_BYTES) throw tooLarge(record, bytes.length);
    rows.take(record.case, bytes.length);
    yield bytes;
  }
}

/** What is recorded of a population is held in memory when it is restored. */
export class RowBudget {
  #bytes = 0;

  /** @throws PetriError `resource_exhausted`, reason CHECKPOINT_ROWS_TOO_LARGE */
  take(kind: RecordKind | undefined, bytes: number): void {
    if (kind === 'sandbox') return;
    this.#bytes += bytes;
    if (this.#bytes > MAX_ROWS_BYTES)
      throw resourceExhausted(
        'CHECKPOINT_ROWS_TOO_LARGE',
        `what is recorded of the population has more than ${MAX_ROWS_BYTES} bytes, besides its sandboxes`,
      );
  }
}

function* records({
  checkpoint,
  sandboxes,
  exportedAtMs,
  nodeVersion,
}: Taken): Generator<NonNullable<Init>, void, void> {
  const { population, members, former, births, pins } = checkpoint;
  const info = populationMessage({ ...population, size: members.length });
  yield { case: 'header', value: { population: info, exportedAt: timestamp(exportedAtMs), nodeVersion } };
  for (const member of members) yield { case: 'member', value: memberMessage(member) };
  for (const { leftGeneration = 0, ...member } of former)
    yield { case: 'formerMember', value: { member: memberMessage(member), leftGeneration } };
  for (const { bornAtMs, parents, ...birth } of births)
    yield { case: 'birth', value: { ...birth, parents: [...parents], bornAt: timestamp(bornAtMs) } };
  for (const { id, reason, pinnedAtMs } of pins)
    yield { case: 'pin', value: { id, reason, pinnedAt: timestamp(pinnedAtMs) } };
  for (const { archive, error } of sandboxes) {
    const known = { archive: archiveMessage(archive()) };
    yield { case: 'sandbox', value: error ? { ...known, error: sandboxErrorMessage(error) } : known };
  }
}

function tooLarge(record: NonNullable<Init>, bytes: number) {
  const id = record.case === 'sandbox' ? (record.value.archive?.id ?? '') : '';
  return resourceExhausted(
    'CHECKPOINT_RECORD_TOO_LARGE',
    `sandbox "${id}" with its versions and state has ${bytes} bytes; at most ${MAX_RECORD_BYTES} fit into a checkpoint`,
    { resource: { type: 'sandbox', name: id } },
  );
}

export function readPopulation(problems: Problems, message: PopulationMessage): Population {
  const { generation, parent } = message;
  return {
    id: problems.id('id', message.id),
    tenant: message.tenant,
    generation,
    direction: readDirection(problems, 'direction', message.direction) ?? 'MAXIMISE',
    parent: parent === '' ? '' : problems.id('parent', parent),
    island: readIsland(problems, message.island),
    labels: readLabels(problems, message.labels),
    createdAtMs: readTime(problems, 'created_at', message.createdAt),
    updatedAtMs: readTime(problems, 'updated_at', message.updatedAt),
  };
}

export function readMember(problems: Problems, message: MemberMessage): MemberInfo {
  const { generation, fitness } = message;
  const member: Member = {
    id: problems.id('id', message.id),
    genomeSha256: readSha256(problems, 'genome_sha256', message.genomeSha256),
    generation,
    joinedAtMs: readTime(problems, 'joined_at', message.joinedAt),
  };
  if (fitness === undefined) return member;
  return { ...member, fitness: problems.within('fitness', () => readFitness(problems, fitness)) };
}

export function readFormerMember(problems: Problems, message: CheckpointFormerMember): Member {
  const { member, leftGeneration } = message;
  if (member === undefined) {
    problems.add('member', 'is required');
    return { id: '', genomeSha256: '', generation: 0, joinedAtMs: 0, leftGeneration };
  }
  const { fitness: _, ...row } = problems.within('member', () => readMember(problems, member));
  return { ...row, leftGeneration };
}

export function readBirth(problems: Problems, message: BirthEntry): Checkpoint['births'][number] {
  const { generation = 0, bornAt } = message;
  problems.atMost('parents', message.parents.length, MAX_PARENTS);
  const bornAtMs = readTime(problems, 'born_at', bornAt);
  const {
    mutationType = '',
    island = '',
    parents = [],
    population = '',
    genomeSha256 = '',
    id,
  } = readBirthEntry(problems, message);
  return { id, parents, mutationType, generation, island, population, genomeSha256, bornAtMs };
}

export function readPin(problems: Problems, { id, reason, pinnedAt }: CheckpointPin) {
  return { id: problems.id('id', id), reason, pinnedAtMs: readTime(problems, 'pinned_at', pinnedAt) };
}

export function readSandboxError(problems: Problems, message: SandboxErrorMessage): SandboxError {
  const { reason, occurredAt } = message;
  const occurredAtMs = readTime(problems, 'occurred_at', occurredAt);
  return { reason, message: message.message, occurredAtMs };
}

function readFitness(problems: Problems, message: FitnessMessage): Fitness {
  const { id, components, generation, evaluatedAt, evaluationUs, tests, evaluatorSha256, sequence } = message;
  problems.atMost('components', Object.keys(components).length, MAX_COMPONENTS);
  problems.atMost('tests', tests.length, MAX_TESTS);
  problems.atMost('adjustments', message.adjustments.length, MAX_ADJUSTMENTS);
  return {
    id,
    ...readResult(problems, message.result),
    components,
    generation,
    evaluatedAtMs: readTime(problems, 'evaluated_at', evaluatedAt),
    evaluationUs: Number(evaluationUs),
    tests: tests.map(({ name, passed, score }) => ({ name, passed, score })),
    evaluatorSha256: readSha256(problems, 'evaluator_sha256', evaluatorSha256),
    sequence: Number(sequence),
    adjustments: problems.each('adjustments', message.adjustments, ({ delta, reason, at }) => ({
      delta,
      reason,
      atMs: readTime(problems, 'at', at),
    })),
  };
}

function readTime(problems: Problems, field: string, time: Timestamp | undefined): number {
  if (time !== undefined) return readTimestamp(problems, field, time);
  problems.add(field, 'is required');
  return 0;
}
