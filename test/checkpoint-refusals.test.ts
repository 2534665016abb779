import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { PetriError } from '@petri/client';
import { createServiceClient } from '@petri/contracts';
import { PopulationService } from '@petri/contracts/v1';
import fc from 'fast-check';
import { inhabit, inventory, seen } from './support/inhabited.ts';
import { sharedNode, testNode } from './support/node.ts';
import { tenantNode } from './support/tenants.ts';
import { until } from './support/until.ts';

// Nothing here is about runs side by side.
const SMALL = { workers: 1, spares: 0 };
const directory = mkdtempSync(join(tmpdir(), 'petri-checkpoint-'));
after(() => rmSync(directory, { recursive: true }));
const file = (name: string) => join(directory, name);

const { petri: source } = await sharedNode(SMALL);
await inhabit(source, 'p');
await source.populations.checkpoint('p', file('p'));
const bytes = readFileSync(file('p'));

const target = await sharedNode(SMALL);
const { petri } = target;
await inhabit(petri, 'there');
const before = await inventory(petri);

const refusal = (call: Promise<unknown>): Promise<PetriError> =>
  call.then(
    () => assert.fail('it was restored'),
    (thrown: PetriError) => thrown,
  );

/** What a file of these bytes is refused for; nothing has changed then. */
async function refused(content: Uint8Array): Promise<PetriError> {
  writeFileSync(file('bad'), content);
  const error = await refusal(petri.populations.restore(file('bad')));
  assert.deepEqual(await inventory(petri), before);
  return error;
}

suite('no effect has a checkpoint that', () => {
  test('is truncated, wherever', async () => {
    for (let length = 0; length < bytes.length; length += length < 16 ? 1 : 311) {
      const { code, reason } = await refused(bytes.subarray(0, length));
      assert.deepEqual([length, code, reason], [length, 'invalid_argument', 'CHECKPOINT_TRUNCATED']);
    }
    assert.equal((await refused(bytes.subarray(0, -1))).reason, 'CHECKPOINT_TRUNCATED');
  });

  test('has a wrong bit, wherever', async () => {
    const expected = /^CHECKPOINT_(?:DAMAGED|TRUNCATED|FOREIGN|TOO_NEW)$/;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
        const wrong = Buffer.from(bytes);
        wrong[at]! ^= 1 << bit;
        assert.match((await refused(wrong)).reason, expected);
      }),
      { numRuns: 40 },
    );
  });

  test('goes on after its end', async () => {
    const { reason, message } = await refused(Buffer.concat([bytes, Buffer.of(0)]));
    assert.equal(reason, 'CHECKPOINT_DAMAGED');
    assert.match(message, /goes on after its end/);
  });

  test('has a newer layout', async () => {
    const newer = Buffer.from(bytes);
    newer.writeUInt32BE(2, 8);
    const { code, reason, message, metadata } = await refused(newer);
    assert.deepEqual([code, reason], ['failed_precondition', 'CHECKPOINT_TOO_NEW']);
    assert.match(message, /has layout 2; this node reads up to 1/);
    assert.deepEqual(metadata, { layout: '2', known: '1' });
  });

  test('is something else, also if that is large; and the connection goes on', async () => {
    for (const other of [
      Buffer.from('SQLite format 3\0'),
      Buffer.alloc(24 * 1024 * 1024),
      Buffer.from('no'),
    ]) {
      const { code, reason } = await refused(other);
      assert.deepEqual([code, reason], ['invalid_argument', 'CHECKPOINT_FOREIGN']);
    }
    assert.equal(await petri.sandboxes.call('there-0', 'version'), 2);
  });

  test('comes without options, or with its messages out of order', async () => {
    const raw = createServiceClient(PopulationService, target.grpc);
    const options = { part: { case: 'options' as const, value: {} } };
    const chunk = { part: { case: 'chunk' as const, value: bytes } };
    const sent: [object[], RegExp][] = [
      [[], /^options: are required/],
      [[chunk], /^options: are required/],
      [[options, options], /^chunk: is required/],
      [[options, {}], /^chunk: is required/],
      [[{ part: { case: 'options', value: { id: 'no id' } } }, chunk], /^options\.id: /],
    ];
    for (const [messages, expected] of sent) {
      const requests = (async function* () {
        yield* messages;
      })();
      const { code, message } = await refusal(raw.importPopulation(requests));
      assert.equal(code, 'invalid_argument');
      assert.match(message, expected);
    }
  });

  test('would overwrite something: all that is there is listed', async () => {
    await using taken = await testNode(SMALL);
    const { populations, sandboxes, lineage } = taken.petri;
    await populations.create({ id: 'p' });
    for (const id of ['p-5', 'p-0', 'p-4']) await sandboxes.create({ id });
    await lineage.record([{ id: 'p-adam' }, { id: 'p-1', mutationType: 'other' }]);
    const there = await inventory(taken.petri);
    const { code, reason, violations } = await refusal(populations.restore(file('p')));
    assert.deepEqual([code, reason], ['already_exists', 'CHECKPOINT_CONFLICTS']);
    assert.deepEqual(violations.map(({ field }) => field).sort(), [
      'lineage["p-1"]',
      'population["p"]',
      'sandbox["p-0"]',
      'sandbox["p-5"]',
    ]);
    assert.deepEqual(await inventory(taken.petri), there);

    await populations.delete('p');
    for (const id of ['p-5', 'p-0']) await sandboxes.destroy(id);
    assert.equal((await refusal(populations.restore(file('p')))).violations.length, 1);
  });

  test('has a sandbox that cannot be built: those that were are gone again', async () => {
    await inhabit(source, 'spoilt');
    await source.sandboxes.call('spoilt-5', 'spoil');
    await source.populations.checkpoint('spoilt', file('spoilt'));
    const { code, reason } = await refused(readFileSync(file('spoilt')));
    assert.deepEqual([code, reason], ['failed_precondition', 'START_FAILED']);
    // Nothing is left that would be in the way.
    await source.sandboxes.call('spoilt-5', 'count');
    await source.sandboxes.restart('spoilt-5', { resetState: true });
    await source.populations.checkpoint('spoilt', file('spoilt'));
    await using other = await testNode(SMALL);
    await other.petri.populations.restore(file('spoilt'));
  });

  test('is larger than the node takes, by one byte', async () => {
    await using small = await testNode({ ...SMALL, maxCheckpointBytes: bytes.length - 1 });
    const { code, reason } = await refusal(small.petri.populations.restore(file('p')));
    assert.deepEqual([code, reason], ['resource_exhausted', 'CHECKPOINT_TOO_LARGE']);
    assert.deepEqual((await inventory(small.petri)).sandboxes, []);
    await using enough = await testNode({ ...SMALL, maxCheckpointBytes: bytes.length });
    await enough.petri.populations.restore(file('p'));
  });

  test('is cancelled while its sandboxes are built', async () => {
    await source.populations.create({ id: 'slow' });
    const ids = Array.from({ length: 40 }, (_, n) => `slow-${n}`);
    const genome = 'export const start = () => new Promise((done) => setTimeout(done, 300));';
    await source.sandboxes.batchCreate(ids.map((id) => ({ id, genome })));
    await source.populations.add('slow', ids);
    await source.populations.checkpoint('slow', file('slow'));
    await using other = await testNode(SMALL);
    const { sandboxes, populations } = other.petri;
    const caller = new AbortController();
    const cancelled = assert.rejects(populations.restore(file('slow'), { signal: caller.signal }), {
      code: 'cancelled',
    });
    const running = async () => (await Array.fromAsync(sandboxes.list())).length;
    await until('some of it is there', async () => (await running()) > 5);
    await assert.rejects(populations.create({ id: 'slow' }), { code: 'already_exists' });
    caller.abort();
    await cancelled;
    await until('nothing of it is there', async () => (await running()) === 0);
    await until('its id is free', () =>
      populations.create({ id: 'slow' }).then(
        () => true,
        () => false,
      ),
    );
  });
});

suite('checkpoints of tenants', () => {
  const ROLES = { ann: 'operator', 'bob@lab': 'operator', 'eve@lab': 'reader', root: 'admin' };

  test("are there for their tenant, and what is imported is the importer's", async () => {
    const log = file('audit.jsonl');
    await using node = await tenantNode(ROLES);
    await using elsewhere = await tenantNode(ROLES, { PETRI_AUDIT_FILE: log });
    const [ann, eve, root] = await Promise.all([node.as('ann'), node.as('eve@lab'), node.as('root')]);
    const bob = await elsewhere.as('bob@lab');
    await inhabit(ann, 'anns');
    const missing = await refusal(eve.populations.checkpoint('nobody', file('x')));
    const foreign = await refusal(eve.populations.checkpoint('anns', file('x')));
    assert.equal(foreign.code, 'not_found');
    assert.equal(foreign.message, missing.message.replace('nobody', 'anns'));
    await root.populations.checkpoint('anns', file('anns'));
    const of = await seen(ann, 'anns');

    const reader = await elsewhere.as('eve@lab');
    await assert.rejects(reader.populations.restore(file('anns')), { code: 'permission_denied' });
    const { population } = await bob.populations.restore(file('anns'), { id: 'bobs' });
    assert.equal(population.tenant, 'lab');
    assert.equal(await bob.sandboxes.call('anns-0', 'count'), 3);
    assert.equal((await Array.fromAsync(bob.pins.list())).length, 2);
    await reader.populations.checkpoint('bobs', file('bobs'));
    const outsider = await elsewhere.as('ann');
    await assert.rejects(outsider.populations.get('bobs'), { code: 'not_found' });
    await assert.rejects(outsider.sandboxes.get('anns-0'), { code: 'not_found' });
    const { violations } = await refusal(outsider.populations.restore(file('anns')));
    assert.equal(violations.length, 5);

    // What an administrator brings back stays whose it was.
    for (let n = 0; n < 6; n++) if (n !== 4) await bob.sandboxes.destroy(`anns-${n}`);
    const back = await (await elsewhere.as('root')).populations.restore(file('anns'));
    assert.equal(back.population.tenant, 'ann');
    assert.deepEqual(await seen(outsider, 'anns'), of);
    await assert.rejects(bob.populations.get('anns'), { code: 'not_found' });

    const said = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => /(?:Ex|Im)portPopulation/.test(line))
        .map((line) => JSON.parse(line) as { who: { name: string } } & Record<string, string>)
        .map(
          ({ who, rpc = '', population = '', result }) =>
            `${who.name} ${rpc.split('/')[2]} ${population} ${result}`,
        );
    await until('all of it is in the audit log', () => said().length >= 5);
    assert.deepEqual(said(), [
      'eve@lab ImportPopulation  PERMISSION_DENIED',
      'bob@lab ImportPopulation bobs OK',
      'eve@lab ExportPopulation bobs OK',
      'ann ImportPopulation  ALREADY_EXISTS',
      'root ImportPopulation anns OK',
    ]);
  });

  test('are refused as a whole where a quota has no room for all', async () => {
    await using node = await tenantNode({ ann: 'operator', root: 'admin' }, { PETRI_QUOTA: 'sandboxes=4' });
    const ann = await node.as('ann');
    const { code, reason } = await refusal(ann.populations.restore(file('p')));
    assert.deepEqual([code, reason], ['resource_exhausted', 'QUOTA_SANDBOXES']);
    assert.deepEqual((await inventory(ann)).sandboxes, []);
    await (await node.as('root')).admin.setQuota('ann', { sandboxes: 5 });
    await ann.populations.restore(file('p'));
  });
});
