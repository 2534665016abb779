import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { CheckpointRecordSchema } from '@petri/contracts/v1';
import type { PetriError } from '@petri/core';
import { contentsOf } from './contents.ts';
import { checkpointFile, MAX_ROWS_BYTES } from './format.ts';

type Init = NonNullable<MessageInitShape<typeof CheckpointRecordSchema>['record']>;

const NOW = { seconds: 1n };
const header: Init = {
  case: 'header',
  value: { population: { id: 'p', generation: 2, createdAt: NOW, updatedAt: NOW } },
};
const member = (id: string): Init => ({ case: 'member', value: { id, joinedAt: NOW } });
const sandbox = (id: string): Init => ({ case: 'sandbox', value: { archive: { schemaVersion: 1, id } } });

async function* file(records: Iterable<Init>): AsyncGenerator<Buffer> {
  const encoded = function* () {
    for (const record of records)
      yield toBinary(CheckpointRecordSchema, create(CheckpointRecordSchema, { record }));
  };
  for (const chunk of checkpointFile(encoded())) yield Buffer.from(chunk);
}

const refusal = (records: Iterable<Init>): Promise<PetriError> =>
  contentsOf(file(records)).then(
    () => assert.fail('it was read'),
    (thrown: PetriError) => thrown,
  );

suite('the contents of a checkpoint', () => {
  test('are its records', async () => {
    const { checkpoint, sandboxes } = await contentsOf(file([header, member('a'), sandbox('a')]));
    assert.equal(checkpoint.population.generation, 2);
    assert.deepEqual(
      checkpoint.members.map(({ id }) => id),
      ['a'],
    );
    assert.deepEqual([...sandboxes.keys()], ['a']);
  });

  test('come in one order, and of one population', async () => {
    const wrong = [
      [],
      [member('a')],
      [header, header],
      [header, sandbox('a'), member('a')],
      [{ case: 'header' as const, value: {} }],
      [header, { case: 'sandbox' as const, value: {} }],
    ];
    for (const records of wrong)
      assert.equal((await refusal(records)).reason, 'CHECKPOINT_DAMAGED', JSON.stringify(records.length));
  });

  test('that are wrong are named, all of them', async () => {
    const { code, violations } = await refusal([
      header,
      member('a'),
      { case: 'member', value: { id: 'no id', genomeSha256: 'x', joinedAt: NOW } },
      { case: 'formerMember', value: {} },
      { case: 'birth', value: { id: 'a', mutationType: 'x'.repeat(65) } },
      { case: 'pin', value: { id: 'a' } },
      sandbox('a'),
      sandbox('a'),
      sandbox('b'),
    ]);
    assert.equal(code, 'invalid_argument');
    assert.deepEqual(
      violations.map(({ field }) => field),
      [
        'member[1].id',
        'member[1].genome_sha256',
        'formerMember[0].member',
        'birth[0].born_at',
        'birth[0].mutation_type',
        'pin[0].pinned_at',
        'sandbox[1].archive.id',
        'sandbox[2].archive.id',
      ],
    );
  });

  test('are bounded, as they are held together', async () => {
    const reason = 'x'.repeat(1024 * 1024);
    const pins = function* (count: number): Generator<Init> {
      yield header;
      for (let n = 0; n < count; n++) yield { case: 'pin', value: { id: 'a', reason, pinnedAt: NOW } };
    };
    const most = Math.floor(MAX_ROWS_BYTES / reason.length) - 1;
    assert.equal((await contentsOf(file(pins(most)))).checkpoint.pins.length, most);
    const { code, reason: why } = await refusal(pins(most + 1));
    assert.deepEqual([code, why], ['resource_exhausted', 'CHECKPOINT_ROWS_TOO_LARGE']);
  });
});
