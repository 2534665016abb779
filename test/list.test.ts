import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

suite('the list', () => {
  const many = Array.from({ length: 25 }, (_, n) => ({
    id: `list-${String(n).padStart(2, '0')}`,
    population: n % 2 === 0 ? 'even' : 'odd',
    labels: { third: String(n % 3) },
  }));
  const ids = async (filter: Parameters<typeof sandboxes.list>[0]) =>
    (await Array.fromAsync(sandboxes.list(filter)))
      .map(({ id }) => id)
      .filter((id) => id.startsWith('list-'));

  test('has pages in order of ids, complete and without repeats', async () => {
    await sandboxes.batchCreate(many);
    for (const pageSize of [1, 7, 12, 13, 1000])
      assert.deepEqual(
        await ids({ population: 'even', pageSize }),
        many.filter(({ population }) => population === 'even').map(({ id }) => id),
      );
  });

  test('loses and repeats nothing while sandboxes come and go between pages', async () => {
    const request = { population: 'odd', pageSize: 3 };
    const first = await node.raw.listSandboxes(request);
    assert.equal(first.totalSize, 12);
    await sandboxes.destroy('list-01');
    await sandboxes.create({ id: 'list-00a', population: 'odd' });
    const second = await node.raw.listSandboxes({ ...request, pageToken: first.nextPageToken });
    assert.deepEqual(
      second.sandboxes.map(({ id }) => id),
      ['list-07', 'list-09', 'list-11'],
    );
  });

  test('is filtered by labels, status and age', async () => {
    assert.deepEqual(await ids({ population: 'even', labels: { third: '0' } }), [
      'list-00',
      'list-06',
      'list-12',
      'list-18',
      'list-24',
    ]);
    assert.deepEqual(await ids({ statuses: ['ERROR', 'STOPPING'] }), []);
    assert.equal((await ids({ statuses: ['RUNNING'], population: 'even' })).length, 13);
    assert.deepEqual(await ids({ minAgeMs: 3_600_000 }), []);
    assert.equal((await ids({ maxAgeMs: 3_600_000, population: 'even' })).length, 13);
  });

  test('refuses a token that is none of its own', async () => {
    await assert.rejects(node.raw.listSandboxes({ pageToken: 'nonsense' }), { code: 'invalid_argument' });
  });
});
