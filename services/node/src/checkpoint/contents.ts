import { fromBinary } from '@bufbuild/protobuf';
import { type CheckpointRecord, CheckpointRecordSchema, type CheckpointSandbox } from '@petri/contracts/v1';
import type { Checkpoint, Population } from '@petri/population';
import type { SandboxArchive, SandboxError } from '@petri/sandbox';
import { readArchive } from '../mapping/archive.ts';
import {
  readBirth,
  readFormerMember,
  readMember,
  readPin,
  readPopulation,
  readSandboxError,
  RECORD_KINDS,
  RowBudget,
} from '../mapping/checkpoint.ts';
import { mapped, Problems } from '../mapping/problems.ts';
import { damaged } from './file-check.ts';
import { recordsOf } from './format.ts';

/** More than a status has room for, and than anybody reads. */
const ENOUGH_PROBLEMS = 100;

export type ArchivedSandbox = { archive: SandboxArchive; error?: SandboxError };

/** A checkpoint but for its sandboxes, of which there is only what says whether they may come. */
export type Contents = {
  checkpoint: Checkpoint;
  sandboxes: ReadonlyMap<string, Pick<SandboxArchive, 'tenant' | 'limits'>>;
};

/** Reads all records, and checks each. @throws PetriError `invalid_argument`; `failed_precondition` for newer archives */
export async function contentsOf(file: AsyncIterable<Buffer>): Promise<Contents> {
  const collector = new Collector();
  for await (const bytes of recordsOf(file)) collector.add(decoded(bytes), bytes.length);
  return collector.done();
}

/** The sandboxes of a file whose contents were read before, one at a time. */
export async function* sandboxesOf(
  file: AsyncIterable<Buffer>,
): AsyncGenerator<ArchivedSandbox & { bytes: number }, void, void> {
  for await (const bytes of recordsOf(file)) {
    const { record } = decoded(bytes);
    if (record.case !== 'sandbox') continue;
    const { value } = record;
    yield { ...mapped((problems) => readSandbox(problems, value)), bytes: bytes.length };
  }
}

class Collector {
  readonly #problems = new Problems();
  #population: Population | undefined;
  readonly #rows = {
    members: [] as Checkpoint['members'][number][],
    former: [] as Checkpoint['former'][number][],
    births: [] as Checkpoint['births'][number][],
    pins: [] as Checkpoint['pins'][number][],
  };
  readonly #sandboxes = new Map<string, Pick<SandboxArchive, 'tenant' | 'limits'>>();
  readonly #budget = new RowBudget();
  /** Of members. */
  readonly #ids = new Set<string>();
  #kind = -1;
  #index = 0;

  add({ record }: CheckpointRecord, bytes: number): void {
    this.#budget.take(record.case, bytes);
    const kind = RECORD_KINDS.findIndex((each) => each === record.case);
    const isHeader = kind === 0;
    if (kind < this.#kind || isHeader !== (this.#kind === -1)) throw damaged('its records are out of order');
    this.#index = kind === this.#kind ? this.#index + 1 : 0;
    this.#kind = kind;
    const problems = this.#problems;
    problems.within(`${record.case}[${this.#index}]`, () => this.#read(record));
    if (problems.count > ENOUGH_PROBLEMS) problems.done();
  }

  done(): Contents {
    const population = this.#population;
    if (population === undefined) throw damaged('it is of no population');
    this.#problems.done();
    return { checkpoint: { population, ...this.#rows }, sandboxes: this.#sandboxes };
  }

  #read(record: CheckpointRecord['record']): void {
    const problems = this.#problems;
    const { members, former, births, pins } = this.#rows;
    switch (record.case) {
      case 'header': {
        const { population } = record.value;
        if (population === undefined) throw damaged('it is of no population');
        this.#population = problems.within('population', () => readPopulation(problems, population));
        return;
      }
      case 'member':
        this.#ids.add(record.value.id);
        return this.#keep(members, () => readMember(problems, record.value));
      case 'formerMember':
        return this.#keep(former, () => readFormerMember(problems, record.value));
      case 'birth':
        return this.#keep(births, () => readBirth(problems, record.value));
      case 'pin':
        return this.#keep(pins, () => readPin(problems, record.value));
      case 'sandbox': {
        const { archive } = readSandbox(problems, record.value);
        const { id, limits } = archive;
        if (!this.#ids.has(id)) problems.add('archive.id', `"${id}" is that of no member`);
        if (this.#sandboxes.has(id)) problems.add('archive.id', `"${id}" is given twice`);
        this.#sandboxes.set(id, { tenant: this.#population?.tenant ?? '', limits });
        return;
      }
      default:
        throw damaged('it holds a record of an unknown kind');
    }
  }

  /** What is wrong may be so in its size, too. */
  #keep<T>(rows: T[], read: () => T): void {
    const since = this.#problems.count;
    const row = read();
    if (this.#problems.count === since) rows.push(row);
  }
}

function decoded(bytes: Buffer): CheckpointRecord {
  try {
    return fromBinary(CheckpointRecordSchema, bytes);
  } catch (cause) {
    throw damaged(`a record cannot be decoded: ${(cause as Error).message}`);
  }
}

function readSandbox(problems: Problems, { archive, error }: CheckpointSandbox): ArchivedSandbox {
  if (archive === undefined) throw damaged('it has a sandbox without content');
  const read = problems.within('archive', () => readArchive(problems, archive));
  if (error === undefined) return { archive: read };
  return { archive: read, error: problems.within('error', () => readSandboxError(problems, error)) };
}
